"""Okta's own specification, cut to what the plugin asks for.

Source: npm `@okta/openapi`, which Okta publishes from its repository
okta/okta-management-openapi-spec under Apache-2.0. It is from 2022. What Okta
documented since is added below, each with what it is.

    python okta_specification.py FOLDER-OF-THE-JUDGES >okta.json
"""

import sys

from specification import cut, read, without, write

OPERATIONS = {
    "/api/v1/groups": ["get"],
    "/api/v1/groups/{groupId}": ["get"],
    "/api/v1/groups/{groupId}/users": ["get"],
    "/api/v1/logs": ["get"],
    "/api/v1/meta/schemas/user/{schemaId}": ["get"],
    "/api/v1/users": ["get"],
    "/api/v1/users/{userId}": ["get"],
    "/api/v1/users/{userId}/groups": ["get"],
}

document = read(f"{sys.argv[1]}/node/node_modules/@okta/openapi/dist/spec.json")
document = without(cut(document, OPERATIONS), "x-okta-crud", "x-okta-operations", "x-okta-tags")

definitions = document["definitions"]
# Users that never logged in have `"lastLogin": null`; so has every profile
# property without a value, unless it is left out.
for name in ("User", "UserProfile", "Group"):
    for known in definitions[name]["properties"].values():
        if known.get("type") == "string":
            known["x-nullable"] = True
definitions["UserStatus"]["x-nullable"] = True
# Any host may be the upstream.
for member in ("host", "schemes"):
    document.pop(member, None)
# Errors are objects everywhere: the specification names answers of 200 alone.
error = {
    "type": "object",
    "required": ["errorCode", "errorSummary"],
    "properties": {name: {"type": "string"} for name in ("errorCode", "errorSummary", "errorLink", "errorId")}
    | {"errorCauses": {"type": "array", "items": {"type": "object"}}},
}
for path in document["paths"].values():
    for operation in path.values():
        for status in ("400", "401", "403", "404", "429", "500"):
            operation["responses"].setdefault(status, {"description": "error", "schema": error})

write(document)
