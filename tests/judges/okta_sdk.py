"""Okta's own client library against the emulator.

    python okta_sdk.py URL API-TOKEN GROUP PEOPLE CLIENT-ID KEY-ID PRIVATE-KEY-FILE

Ends with a traceback at the first thing that the library does not like.
"""

import asyncio
import os
import sys

# The only way past the library's wish for TLS, which loopback does not need.
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"

from okta.client import Client
from okta.pagination import PaginationHelper

URL, TOKEN, GROUP, PEOPLE, CLIENT, KEY, PRIVATE = sys.argv[1:]
PEOPLE = int(PEOPLE)
SHARED = {"orgUrl": URL, "rateLimit": {"maxRetries": 2}}
SCOPES = ["okta.users.read", "okta.groups.read", "okta.logs.read", "okta.schemas.read"]


async def every(method, *arguments, **options):
    """All items of a list, and how many pages they came on."""
    found, pages, cursor = [], 0, None
    while pages == 0 or cursor:
        items, answer, error = await method(*arguments, **options, after=cursor)
        assert error is None, error
        found.extend(items)
        pages += 1
        assert pages < 1000, "the list never ends"
        cursor = PaginationHelper.extract_next_cursor(answer.headers)
    return found, pages


async def people(client):
    users, pages = await every(client.list_users, limit=50)
    assert len(users) == PEOPLE, len(users)
    assert pages == -(-PEOPLE // 50), pages
    assert len({user.id for user in users}) == PEOPLE
    assert all(user.status.value if hasattr(user.status, "value") else user.status for user in users)
    assert {user.profile.login for user in users} >= {"user000000@example.com"}
    gone, _ = await every(client.list_users, filter='status eq "DEPROVISIONED"', limit=50)
    assert [user.profile.login for user in gone] == ["gone@example.com"], gone
    assert gone[0].id not in {user.id for user in users}
    one, _, error = await client.get_user(users[0].id)
    assert error is None and one.id == users[0].id and one.credentials.provider.type == "OKTA"
    found, _, error = await client.list_users(search='profile.firstName eq "FIRST1"')
    assert error is None and [user.profile.first_name for user in found] == ["First1"]


async def groups(client):
    found, _ = await every(client.list_groups, limit=1)
    assert [group.type for group in found].count("BUILT_IN") == 1
    assert GROUP in {group.id for group in found}
    named, _, error = await client.list_groups(q="intra")
    assert error is None and GROUP in {group.id for group in named}
    members, pages = await every(client.list_group_users, GROUP, limit=50)
    assert len(members) == PEOPLE and pages == -(-PEOPLE // 50)
    theirs, _, error = await client.list_user_groups(members[0].id)
    assert error is None and GROUP in {group.id for group in theirs}


async def others(client):
    schema, _, error = await client.get_user_schema("default")
    assert error is None and schema.definitions.base.properties.login.title == "Username"
    events, answer, error = await client.list_log_events(since="2020-01-01T00:00:00.000Z", limit=5)
    assert error is None and len(events) == 5, (events, error)
    assert events[0].event_type and events[0].target[0].type
    assert PaginationHelper.has_next_page(answer.headers), "polling has no end"


async def errors(client):
    _, _, error = await client.get_user("00uNobody0000000000x")
    assert error.status == 404 and error.error_code == "E0000007", error
    _, _, error = await client.list_users(filter='profile.city eq "Oslo"')
    assert error.status == 400 and error.error_code == "E0000031", error
    _, _, error = await client.list_users(after="of-my-own-making")
    assert error.status == 400 and error.error_code == "E0000001", error
    stranger = Client(SHARED | {"token": "wrong"})
    _, _, error = await stranger.list_users()
    assert error.status == 401 and error.error_code == "E0000011", error


async def main():
    by_token = Client(SHARED | {"token": TOKEN})
    private = open(PRIVATE, encoding="ascii").read()
    service = {"authorizationMode": "PrivateKey", "clientId": CLIENT, "scopes": SCOPES, "privateKey": private, "kid": KEY}
    by_app = Client(SHARED | service | {"dpopEnabled": True})
    for client in (by_token, by_app):
        await people(client)
        await groups(client)
        await others(client)
    await errors(by_token)
    ungranted = Client(SHARED | service | {"dpopEnabled": True, "scopes": ["okta.apps.manage"]})
    _, _, error = await ungranted.list_users()
    assert "invalid_scope" in str(error), error
    bearer = Client(SHARED | service)
    _, _, error = await bearer.list_users()
    assert error is not None, "an app that needs proofs gave a token without"
    print("Okta's library is content")


asyncio.run(main())
