"""Google's own description of the Directory API, cut to what the plugin asks for.

Source: the discovery document `admin.directory_v1` (revision 20261104) inside
PyPI `google-api-python-client`, which Google publishes under Apache-2.0. npm
`google-discovery-to-swagger` (MIT) turns it into Swagger 2. What it leaves open
is closed below, each with what it is.

    python google_specification.py FOLDER-OF-THE-JUDGES >google.json
"""

import json
import os
import subprocess
import sys

import googleapiclient

from specification import cut, without, write

OPERATIONS = {
    "/admin/directory/v1/users": ["get"],
    "/admin/directory/v1/users/{userKey}": ["get"],
    "/admin/directory/v1/users/{userKey}/photos/thumbnail": ["get"],
    "/admin/directory/v1/groups/{groupKey}/members": ["get"],
    "/admin/directory/v1/customer/{customerId}/schemas": ["get"],
}

discovery = os.path.join(
    os.path.dirname(googleapiclient.__file__), "discovery_cache/documents/admin.directory_v1.json"
)
convert = """
const {convert} = require('google-discovery-to-swagger');
const text = require('fs').readFileSync(process.argv[1]);
process.stdout.write(JSON.stringify(convert(JSON.parse(text))));
"""
turned = subprocess.run(
    ["node", "-e", convert, discovery],
    cwd=f"{sys.argv[1]}/node",
    check=True,
    capture_output=True,
    text=True,
)
document = json.loads(turned.stdout)
# `format: byte` stands for web-safe base64 here, which validators do not know.
document = without(cut(document, OPERATIONS), "format")

# Any host may be the upstream.
for member in ("host", "schemes"):
    document.pop(member, None)
# Without it no answer is looked at.
document["produces"] = ["application/json"]
definitions = document["definitions"]
# Answers are of a kind, and what Google does not name is not there.
for definition in definitions.values():
    if "properties" in definition:
        definition["additionalProperties"] = False
        if "kind" in definition["properties"]:
            kind = definition["properties"]["kind"]
            kind["enum"] = [kind["default"]]
for name in ("Users", "Members", "Schemas", "UserPhoto"):
    definitions[name]["required"] = ["kind"]
# Errors are objects everywhere: the document names answers of 200 alone.
error = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "errors"],
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["domain", "reason", "message"],
                        "properties": {n: {"type": "string"} for n in ("domain", "reason", "message")},
                    },
                },
            },
        }
    },
}
for path in document["paths"].values():
    for status in ("400", "401", "403", "404", "429", "500", "503"):
        path["get"]["responses"].setdefault(status, {"description": "error", "schema": error})

write(document)
