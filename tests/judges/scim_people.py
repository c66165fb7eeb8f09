"""Fills and changes a SCIM service over HTTP.

    python scim_people.py PORT TOKEN load FIRST COUNT
    python scim_people.py PORT TOKEN deactivate USERNAME
    python scim_people.py PORT TOKEN move USERNAME DEPARTMENT
    python scim_people.py PORT TOKEN delete USERNAME
    python scim_people.py PORT TOKEN group NAME MEMBER...

Members are usernames, or names of groups.
"""

import http.client
import json
import sys
from urllib.parse import quote

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
TOGETHER = 500

port, token, command, *arguments = sys.argv[1:]
connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)


def call(method, path, body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    connection.request(method, f"/v2{path}", json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text[:500]!r}")
    return json.loads(text) if text else None


def person(at):
    return {
        "schemas": [f"{CORE}User", ENTERPRISE],
        "userName": f"user-{at}",
        "active": True,
        "displayName": f"Björn Ek {at}",
        "name": {"givenName": f"Björn {at}", "familyName": "Ek"},
        "emails": [{"value": f"user-{at}@example.org", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "tel:+46-8-555-01-02", "type": "work"}],
        ENTERPRISE: {"department": "Finance", "employeeNumber": f"{at:06}"},
    }


def found(kind, name, value):
    resources = call("GET", f"/{kind}?filter={quote(f'{name} eq {json.dumps(value)}')}").get("Resources", [])
    return resources[0]["id"] if resources else None


def patch(username, path, value):
    operation = {"op": "replace", "path": path, "value": value}
    body = {"schemas": [f"{MESSAGES}PatchOp"], "Operations": [operation]}
    call("PATCH", f"/Users/{found('Users', 'userName', username)}", body)


def load(first, count):
    for start in range(first, first + count, TOGETHER):
        some = range(start, min(start + TOGETHER, first + count))
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": f"b{at}", "data": person(at)} for at in some
        ]
        done = call("POST", "/Bulk", {"schemas": [f"{MESSAGES}BulkRequest"], "Operations": operations})
        refused = [one for one in done["Operations"] if one["status"] != "201"]
        if refused:
            sys.exit(f"not loaded: {refused[0]}")


def group(name, members):
    def member(of):
        user = found("Users", "userName", of)
        return {"value": user or found("Groups", "displayName", of)}

    body = {"schemas": [f"{CORE}Group"], "displayName": name, "members": [member(of) for of in members]}
    call("POST", "/Groups", body)


match command:
    case "load":
        load(int(arguments[0]), int(arguments[1]))
    case "deactivate":
        patch(arguments[0], "active", False)
    case "move":
        patch(arguments[0], f"{ENTERPRISE}:department", arguments[1])
    case "delete":
        call("DELETE", f"/Users/{found('Users', 'userName', arguments[0])}")
    case "group":
        group(arguments[0], arguments[1:])
    case other:
        sys.exit(f"unknown command {other}")
