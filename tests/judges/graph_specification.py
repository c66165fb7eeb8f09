"""Microsoft Graph's own specification, as far as the plugin uses it.

The excerpt in `tests/emulators/specs/graph.json` is Microsoft's; its source and
licence stand beside it. It is from 2022, and written for generators of client
libraries: what it says wrongly, or not at all, is mended below, each with what
Microsoft's documentation says.

    python graph_specification.py FOLDER-OF-THE-JUDGES >graph.json
"""

import copy
import pathlib

from specification import read, without, write

document = read(pathlib.Path(__file__).parent.parent / "emulators/specs/graph.json")
paths, components = document["paths"], document["components"]
schemas = components["schemas"]

# "Any further property is an object", it says of every type, which would refuse
# the strings of a type that is built on another.
document = without(document, "additionalProperties", "security", "securitySchemes")
paths, components = document["paths"], document["components"]
schemas = components["schemas"]


def flat(name):
    """A type with all that it is built on, and nothing else."""
    schema = schemas[name]
    properties = {}
    for part in schema.get("allOf", [schema]):
        if "$ref" in part:
            properties |= flat(part["$ref"].rsplit("/", 1)[1])["properties"]
        else:
            properties |= part.get("properties", {})
    return {"type": "object", "properties": properties}


PARTS = ["microsoft.graph.assignedLicense", "microsoft.graph.objectIdentity"]
text = {"type": "string"}
annotations = {name: text for name in ("@odata.type", "@odata.id", "@odata.context")}
# user-list: what was never set is null, lists aside.
user = flat("microsoft.graph.user")
user["properties"]["manager"] = {"type": "object", "required": ["id"]}
for name, known in user["properties"].items():
    if known.get("type") in ("string", "boolean"):
        known["nullable"] = True
    elif "$ref" in known:
        user["properties"][name] = flat(known["$ref"].rsplit("/", 1)[1]) | {"nullable": True}
user["properties"] |= annotations
user["required"] = ["id"]
user["additionalProperties"] = False
group = flat("microsoft.graph.group")
group["properties"] |= annotations
group["required"] = ["id"]
group["additionalProperties"] = False
organization = {"type": "object", "required": ["id"], "properties": {"id": text, "displayName": text}}

# delta-query-overview: an object that went is its id and why, relations are lists
# of ids.
removed = {
    "type": "object",
    "required": ["reason"],
    "properties": {"reason": {"type": "string", "enum": ["changed", "deleted"]}},
    "additionalProperties": False,
}
linked = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "@odata.type"],
        "properties": {"id": text, "@odata.type": text, "@removed": removed},
        "additionalProperties": False,
    },
}


def changing(schema, relation):
    schema = copy.deepcopy(schema)
    schema["properties"] |= {"@removed": removed, f"{relation}@delta": linked}
    return schema


def list_of(item, *, delta=False):
    """paging: a list, its count on the first page, and where it goes on."""
    properties = {
        "value": {"type": "array", "items": item},
        "@odata.context": text,
        "@odata.nextLink": {"type": "string", "format": "uri"},
    }
    if delta:
        properties["@odata.deltaLink"] = {"type": "string", "format": "uri"}
    else:
        properties["@odata.count"] = {"type": "integer", "minimum": 0}
    schema = {"type": "object", "required": ["value"], "properties": properties, "additionalProperties": False}
    if delta:
        schema["oneOf"] = [{"required": ["@odata.nextLink"]}, {"required": ["@odata.deltaLink"]}]
    return {"description": "a list", "content": {"application/json": {"schema": schema}}}


def one(schema):
    return {"description": "one", "content": {"application/json": {"schema": schema}}}


def parameter(name, schema, *, required=False, place="query"):
    return {"name": name, "in": place, "required": required, "schema": schema}


def parameters_of(path, *names):
    """Those of an operation that have these names."""
    resolved = []
    for known in paths[path]["get"]["parameters"]:
        if "$ref" in known:
            known = components["parameters"][known["$ref"].rsplit("/", 1)[1]]
        resolved.append(known)
    return [known for known in resolved if known["name"] in names or known["in"] == "path"]


# errors: a code and what it says, always.
failure = {
    "description": "error",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {
                    "error": {
                        "type": "object",
                        "required": ["code", "message"],
                        "properties": {"code": text, "message": text},
                    }
                },
            }
        }
    },
}
eventual = parameter("ConsistencyLevel", {"type": "string", "enum": ["eventual"]}, required=True, place="header")
counted = parameter("$count", {"type": "boolean", "enum": [True]})
# The excerpt names the properties of 2022; two came later.
select = parameters_of("/users", "$select")[0]
select["schema"]["items"]["enum"] += ["employeeLeaveDateTime", "signInActivity"]
# user-delta: a relation may be followed.
followed = copy.deepcopy(select)
followed["schema"]["items"]["enum"] += ["manager"]
top = parameter("$top", {"type": "integer", "minimum": 1, "maximum": 999})
skip = parameter("$skiptoken", text)
since = parameter("$deltatoken", text)
ids = parameter("$filter", {"type": "string", "pattern": "^id eq '[^']+'( or id eq '[^']+'){0,49}$"})
group_id = parameter("group-id", text, required=True, place="path")
user_id = parameter("user-id", text, required=True, place="path")


def get(answer, *parameters):
    return {"get": {"parameters": list(parameters), "responses": {"200": answer, "default": failure}}}


user_list = list_of(user)
group_list = list_of(group)
members = "/groups/{group-id}/transitiveMembers"
part = {
    "type": "object",
    "required": ["id", "method", "url"],
    "properties": {
        "id": text,
        "method": {"type": "string", "enum": ["GET", "POST"]},
        "url": {"type": "string", "pattern": "^/(users|directory/deletedItems)/"},
        "headers": {"type": "object"},
        "body": {"type": "object"},
    },
    "additionalProperties": False,
}
document = {
    "openapi": "3.0.1",
    "info": document["info"],
    "components": {"schemas": {name: flat(name) for name in PARTS}},
    "paths": {
        # user-list-manager: `$levels` stands in the brackets, so `$expand` is no
        # plain list of names.
        "/v1.0/users": get(user_list, *parameters_of("/users", "ConsistencyLevel"), select, top, skip, counted,
                           parameter("$expand", {"type": "string", "pattern": r"^manager\(\$levels=1;\$select=[\w,]+\)$"})),
        "/v1.0/organization": get(list_of(organization), *parameters_of("/organization", "$select")),
        "/v1.0/groups": get(group_list, *parameters_of("/groups", "$select", "$filter"), skip),
        "/v1.0/groups/{group-id}": get(one(group), *parameters_of("/groups/{group-id}", "$select")),
        # group-list-transitivemembers: a cast needs the header and the count; a
        # next link has the count in its token.
        f"/v1.0{members}/microsoft.graph.user": get(user_list, group_id, eventual, select, top, skip, counted),
        f"/v1.0{members}/microsoft.graph.group": get(group_list, group_id, eventual, top, skip, counted,
                                                      parameter("$select", text)),
        f"/v1.0{members}/microsoft.graph.user/$count": get(
            {"description": "a number", "content": {"text/plain": {"schema": text}}}, group_id, eventual),
        # directory-deleteditems-list: the type is part of the path.
        "/v1.0/directory/deletedItems/microsoft.graph.user": get(user_list, select, top, skip),
        # delta-query-overview: `/delta` is short for `/microsoft.graph.delta()`,
        # and the answer is a list like any other, not a bare one.
        "/v1.0/users/delta": get(list_of(changing(user, "manager"), delta=True), followed, since, skip),
        "/v1.0/groups/delta": get(list_of(changing(group, "members"), delta=True), ids, since, skip,
                                  parameter("$select", {"type": "string", "enum": ["members"]})),
        "/v1.0/users/{user-id}/manager": get(one(user), user_id, select),
        # json-batching: at most twenty at once, each with a status of its own.
        "/v1.0/$batch": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["requests"],
                                "properties": {
                                    "requests": {"type": "array", "minItems": 1, "maxItems": 20, "items": part}
                                },
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "answers in any order",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["responses"],
                                    "properties": {
                                        "responses": {
                                            "type": "array",
                                            "items": {
                                                "type": "object",
                                                "required": ["id", "status"],
                                                "properties": {"id": text, "status": {"type": "integer"}},
                                            },
                                        }
                                    },
                                }
                            }
                        },
                    },
                    "default": failure,
                },
            }
        },
    },
}
write(document)
