"""Microsoft Graph's own description, as far as the plugin uses it.

It is made from PyPI `msgraph-sdk` (`graph_package.py`): paths and options from
its request builders, types from its models. What the package says wrongly, or
not at all, is mended below, each with what Microsoft's documentation says.

    python graph_specification.py FOLDER-OF-THE-JUDGES >graph.json
"""

import copy
import importlib.metadata

import graph_package
from graph_package import model, properties, structure
from specification import write

text = {"type": "string"}
annotations = {name: text for name in ("@odata.type", "@odata.id", "@odata.context")}


def entity(name):
    """A type with an id, and nothing that Microsoft does not name."""
    schema = structure(model(name))
    schema["properties"] |= annotations | {"id": text}
    return schema | {"required": ["id"], "additionalProperties": False}


user, group, organization = entity("user"), entity("group"), entity("organization")
# user-list-manager: a relation comes when it is expanded.
user["properties"]["manager"] = {"type": "object", "required": ["id"], "nullable": True}
ENTITIES = {model("user"): user, model("group"): group, model("organization"): organization}

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
CHANGING = {model("user"): "manager", model("group"): "members"}
# paging: a list, its count on the first page, and where it goes on.
PAGING = {
    "@odata.count": {"type": "integer", "minimum": 0},
    "@odata.nextLink": {"type": "string", "format": "uri"},
    "@odata.deltaLink": {"type": "string", "format": "uri"},
}


def list_of(answer):
    """A page, as the package knows it."""
    known = properties(answer)
    item = ENTITIES[known["value"].file]
    links = {name: PAGING[name] for name in known if name != "value"}
    more = {}
    if "@odata.deltaLink" in known:
        item = copy.deepcopy(item)
        item["properties"] |= {"@removed": removed, f"{CHANGING[known['value'].file]}@delta": linked}
        more["oneOf"] = [{"required": ["@odata.nextLink"]}, {"required": ["@odata.deltaLink"]}]
    page = {"value": {"type": "array", "items": item}, "@odata.context": text} | links
    return {"type": "object", "required": ["value"], "properties": page, "additionalProperties": False} | more


def answered(schema, kind="application/json"):
    return {"description": "an answer", "content": {kind: {"schema": schema}}}


def parameter(name, schema, *, place="query"):
    return {"name": name, "in": place, "explode": False, "schema": schema}


def names_of(file, *others):
    """`$select`: names of this type, relations aside, each once."""
    names = [name for name, known in properties(file).items() if not known.is_relation() and name[0] != "@"]
    items = {"type": "string", "enum": [*names, *others]}
    return parameter("$select", {"type": "array", "items": items, "uniqueItems": True})


# errors: a code and what it says, always.
failure = structure(model("o_data_errors/o_data_error"))
failure["required"] = ["error"]
said = failure["properties"]["error"]
said |= {"required": ["code", "message"], "nullable": False}
said["properties"] |= {"code": text, "message": text}
# The one date without a zone.
said["properties"]["innerError"]["properties"]["date"] = text
failed = answered(failure)

OPTIONS = ["$count", "$expand", "$filter", "$orderby", "$search", "$select", "$skip", "$top"]


def get(builder, *mends, answer=None):
    """What a builder asks for. An option that it does not have is refused; a mend
    takes the place of an option."""
    asked = graph_package.request(builder)
    known = {option: parameter(option, {"not": {}}) for option in OPTIONS}
    for parameters in (asked.parameters, mends):
        known |= {option["name"]: option for option in parameters}
    if answer is None:
        answer = answered(ENTITIES.get(asked.answer) or list_of(asked.answer))
    # `graph` is short for `microsoft.graph`, `/delta` for `/delta()`.
    path = "/v1.0" + asked.path.replace("/graph.", "/microsoft.graph.").removesuffix("()")
    return path, {"get": {"parameters": list(known.values()), "responses": {"200": answer, "default": failed}}}


of_user, of_group = names_of(model("user")), names_of(model("group"))
# paging: at most 999 at once, then a link with a token of Graph's.
top = parameter("$top", {"type": "integer", "minimum": 1, "maximum": 999})
skip = parameter("$skiptoken", text)
since = parameter("$deltatoken", text)
# advanced queries: a cast needs the header and the count; a next link has the
# count in its token.
eventual = {"type": "string", "enum": ["eventual"]}
may_lag = parameter("ConsistencyLevel", eventual, place="header")
must_lag = may_lag | {"required": True}
counted = parameter("$count", {"type": "boolean", "enum": [True]})
# user-list-manager: `$levels` stands in the brackets, so `$expand` is no plain
# list of names.
manager = parameter("$expand", {"type": "string", "pattern": r"^manager\(\$levels=1;\$select=[\w,]+\)$"})
# group-delta: at most fifty groups are followed at once.
ids = parameter("$filter", {"type": "string", "pattern": "^id eq '[^']+'( or id eq '[^']+'){0,49}$"})
number = answered(text, "text/plain")
members = "groups/item/transitive_members"
OPERATIONS = [
    get("users/users", may_lag, of_user, top, skip, counted, manager),
    get("organization/organization", names_of(model("organization"))),
    get("groups/groups", may_lag, of_group, top, skip),
    get("groups/item/group_item", of_group),
    get(f"{members}/graph_user/graph_user", must_lag, of_user, top, skip, counted),
    get(f"{members}/graph_group/graph_group", must_lag, of_group, top, skip, counted),
    get(f"{members}/graph_user/count/count", must_lag, answer=number),
    get("directory/deleted_items/graph_user/graph_user", of_user, top, skip),
    # user-delta: a relation may be followed.
    get("users/delta/delta", names_of(model("user"), "manager"), since, skip),
    get("groups/delta/delta", parameter("$select", {"type": "string", "enum": ["members"]}), ids, since, skip),
    # user-list-manager: a manager is a user, with what users have.
    get("users/item/manager/manager", of_user, answer=answered(user)),
]


def batch():
    """json-batching, which the package has no builder for: at most twenty at once,
    each with a status of its own."""
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
    asked = {
        "type": "object",
        "required": ["requests"],
        "properties": {"requests": {"type": "array", "minItems": 1, "maxItems": 20, "items": part}},
        "additionalProperties": False,
    }
    reply = {
        "type": "object",
        "required": ["id", "status"],
        "properties": {"id": text, "status": {"type": "integer"}},
    }
    replies = {
        "type": "object",
        "required": ["responses"],
        "properties": {"responses": {"type": "array", "items": reply}},
    }
    body = {"required": True, "content": {"application/json": {"schema": asked}}}
    return {"post": {"requestBody": body, "responses": {"200": answered(replies), "default": failed}}}


version = importlib.metadata.version("msgraph-sdk")
write({
    "openapi": "3.0.1",
    "info": {"title": "Microsoft Graph v1.0, as msgraph-sdk has it", "version": version},
    "paths": dict(OPERATIONS) | {"/v1.0/$batch": batch()},
})
