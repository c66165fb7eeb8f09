"""Cuts a vendor's specification (Swagger 2 or OpenAPI 3) to what is used.

A proxy that loads the whole of it is slow, and some are so recursive that it
never ends. Only the standard library is needed.
"""

import json
import sys


def cut(document, operations):
    """Keeps these operations, `{path: [method, …]}`, and what they refer to."""
    paths = {}
    for path, methods in operations.items():
        known = document["paths"][path]
        shared = {k: v for k, v in known.items() if k == "parameters"}
        paths[path] = shared | {method: known[method] for method in methods}
    kept = {k: v for k, v in document.items() if k not in ("paths", "definitions", "components", "tags")}
    kept["paths"] = paths
    waiting, seen = [paths], set()
    while waiting:
        for reference in references(waiting.pop()):
            if reference not in seen:
                seen.add(reference)
                steps = reference.removeprefix("#/").split("/")
                found = document
                for step in steps:
                    found = found[step]
                place = kept
                for step in steps[:-1]:
                    place = place.setdefault(step, {})
                place[steps[-1]] = found
                waiting.append(found)
    for scheme in ("securitySchemes",):
        if scheme in document.get("components", {}):
            kept.setdefault("components", {})[scheme] = document["components"][scheme]
    return kept


def references(node):
    """All `$ref` below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def without(node, *keys):
    """The same without these members, wherever they stand."""
    if isinstance(node, dict):
        return {k: without(v, *keys) for k, v in node.items() if k not in keys}
    if isinstance(node, list):
        return [without(v, *keys) for v in node]
    return node


def read(file):
    with open(file, encoding="utf-8") as stream:
        return json.load(stream)


def write(document):
    """To standard output, where the caller takes it from."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
