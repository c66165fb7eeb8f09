"""Graph's types and requests, as they stand in PyPI `msgraph-sdk`.

A generator of Microsoft's makes that package out of Graph's metadata. Its files
are read and not imported: a few of its classes bring thousands of modules.
"""

import ast
import functools
import importlib.util
import pathlib
import re
import urllib.parse
from typing import NamedTuple

GENERATED = pathlib.Path(importlib.util.find_spec("msgraph").origin).parent.resolve() / "generated"
# Graph's dates and times are in UTC, always.
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
PLAIN = {
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "list[str]": {"type": "array", "items": {"type": "string"}},
    "datetime": {"type": "string", "pattern": MOMENT},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": r"^\d\d:\d\d:\d\d(\.\d+)?$"},
    "UUID": {"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
}


class Source:
    """A file with a class, and the files of the classes that it names."""

    def __init__(self, file):
        tree = ast.parse(file.read_text("utf-8"))
        self.main = next(node for node in tree.body if isinstance(node, ast.ClassDef))
        self.files = {
            alias.name: file.parents[node.level - 1].joinpath(*node.module.split(".")).with_suffix(".py")
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.level
            for alias in node.names
        }

    def bases(self):
        """Files of what the class is built on, as far as they are Graph's."""
        return [self.files[base.id] for base in self.main.bases if getattr(base, "id", "") in self.files]

    def within(self, name, kind):
        """All nodes of a kind in the method or class of this name."""
        found = next(node for node in self.main.body if re.fullmatch(name, getattr(node, "name", "")))
        return (node for node in ast.walk(found) if isinstance(node, kind))


source = functools.cache(Source)


class Property(NamedTuple):
    """How a property is read, and the type of what is in it, with its file."""

    reader: str
    name: str
    file: pathlib.Path | None

    def is_list(self):
        return self.reader.startswith("get_collection_of_")

    def is_relation(self):
        """To objects with an identity of their own: they come when they are expanded."""
        return "object_value" in self.reader and is_entity(self.file)

    def schema(self):
        if self.is_list():
            return {"type": "array", "items": self.item()}
        # The package has every property optional. Without a value it is null.
        return self.item() | {"nullable": True}

    def item(self):
        if "object_value" in self.reader:
            return structure(self.file)
        if "enum_value" in self.reader:
            return {"type": "string", "enum": members(self.file)}
        return PLAIN[self.name]


def model(name):
    """The file of a type: `user`."""
    return GENERATED / "models" / f"{name}.py"


@functools.cache
def properties(file):
    """All properties of a type, with those of what it is built on."""
    known = source(file)
    found = {}
    for base in known.bases():
        found |= properties(base)
    fields = next(known.within("get_field_deserializers", ast.Dict))
    for key, reading in zip(fields.keys, fields.values, strict=True):
        # lambda n : setattr(self, 'name', n.get_object_value(Type))
        read = reading.body.args[2]
        reader = read.func.attr
        # `get_str_value()` has its type in its name.
        name = ast.unparse(read.args[0]) if read.args else reader.split("_")[1]
        name = {"uuid": "UUID"}.get(name, name.rsplit(".", 1)[-1])
        found[key.value] = Property(reader, name, known.files.get(name))
    return found


def is_entity(file):
    """True if objects of this type have an id of their own."""
    return file == model("entity") or any(is_entity(base) for base in source(file).bases())


def members(file):
    """The values of an enumeration."""
    lines = source(file).main.body
    return [ast.literal_eval(line.value)[0] for line in lines if isinstance(line, ast.Assign)]


def structure(file):
    """A type as a schema, without its relations."""
    known = {name: of.schema() for name, of in properties(file).items() if not of.is_relation()}
    schema = {"type": "object", "properties": known}
    # A type that others are built on may have more; so may one that names nothing.
    if known.keys() - {"@odata.type"} and not any(source(file).within("create_from_discriminator_value", ast.Try)):
        schema["additionalProperties"] = False
    return schema


class Request(NamedTuple):
    """What may be asked of a path, and the file of what is answered, if it is an object."""

    path: str
    parameters: list[dict]
    answer: pathlib.Path | None


def request(builder):
    """The `get` of a request builder: `users/users`."""
    known = source(GENERATED / f"{builder}_request_builder.py")
    texts = (node.value for node in known.within("__init__", ast.Constant))
    template = next(text for text in texts if str(text).startswith("{+baseurl}"))
    path, _, options = template.removeprefix("{+baseurl}").partition("{?")
    path = urllib.parse.unquote(path)
    types = {
        f"${node.target.id}": re.fullmatch(r"Optional\[(.*)\]", ast.unparse(node.annotation))[1]
        for node in known.within(".*QueryParameters", ast.AnnAssign)
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PLAIN["str"]} for name in re.findall("{(.*?)}", path)
    ] + [
        {"name": name, "in": "query", "explode": False, "schema": PLAIN[types[name]]}
        for name in urllib.parse.unquote(options.removesuffix("}")).split(",")
    ]
    sent = next(node for node in known.within("get", ast.Call) if getattr(node.func, "attr", "").startswith("send_"))
    return Request(path, parameters, known.files.get(getattr(sent.args[1], "id", None)))
