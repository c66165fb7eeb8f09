"""Google's own client library against the emulator.

    python google_sdk.py URL KEY-FILE GROUP PEOPLE

Ends with a traceback at the first thing that the library does not like.
"""

import base64
import sys

from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

URL, KEY, GROUP, PEOPLE = sys.argv[1:]
PEOPLE = int(PEOPLE)
ADMIN = "admin@example.com"
PREFIX = "https://www.googleapis.com/auth/admin.directory."
SCOPES = ["user.readonly", "group.readonly", "group.member.readonly", "userschema.readonly"]


def service(scopes=SCOPES, subject=ADMIN):
    credentials = service_account.Credentials.from_service_account_file(
        KEY, scopes=[PREFIX + scope for scope in scopes], subject=subject
    )
    # The library's own copy of the discovery document says what it may send
    # and what comes back.
    return build(
        "admin",
        "directory_v1",
        credentials=credentials,
        client_options={"api_endpoint": URL},
        static_discovery=True,
        cache_discovery=False,
    )


def every(collection, member, **options):
    """All items of a list, by the library's own way of turning pages."""
    request, found, pages = collection.list(**options), [], 0
    while request is not None:
        answer = request.execute()
        assert answer["kind"] == f"admin#directory#{member}", answer["kind"]
        found.extend(answer.get(member, []))
        pages += 1
        assert pages < 1000, "the list never ends"
        request = collection.list_next(request, answer)
    return found, pages


def refused(request, status, reason):
    try:
        answer = request.execute()
    except HttpError as error:
        found = error.error_details
        assert error.resp.status == status, error
        assert found[0]["reason"] == reason, found
    else:
        raise AssertionError(f"{reason} was expected: {answer}")


def people(directory):
    users = directory.users()
    # The token is refused in the middle of this, and the library gets another.
    found, pages = every(users, "users", customer="my_customer", maxResults=50, orderBy="email")
    assert len({user["id"] for user in found}) == len(found) == PEOPLE, len(found)
    assert pages == -(-PEOPLE // 50), pages
    emails = [user["primaryEmail"] for user in found]
    assert emails == sorted(emails)
    assert all(user["suspended"] is False for user in found)
    gone, _ = every(users, "users", customer="my_customer", showDeleted="true")
    assert [user["primaryEmail"] for user in gone] == ["gone@example.com"] and gone[0]["deletionTime"]
    assert gone[0]["id"] not in {user["id"] for user in found}
    archived, _ = every(users, "users", domain="example.com", query="isArchived=true")
    assert [user["name"]["givenName"] for user in archived] == ["Arch"], archived
    assert every(users, "users", customer="my_customer", query="email:zzz*") == ([], 1)
    thin = users.list(customer="my_customer", fields="users(id,name/givenName)", maxResults=1).execute()
    assert set(thin) == {"users"} and set(thin["users"][0]) == {"id", "name"}, thin
    assert set(thin["users"][0]["name"]) == {"givenName"}, thin

    plain = users.get(userKey="arch@example.com").execute()
    assert "customSchemas" not in plain
    custom = users.get(userKey="arch@example.com", projection="custom", customFieldMask="Employment").execute()
    assert custom["customSchemas"] == {"Employment": {"badge": "B-17"}}, custom
    photo = users.photos().get(userKey="arch@example.com").execute()
    assert photo["kind"] == "admin#directory#user#photo"
    data = photo["photoData"].replace("*", "=")
    assert base64.urlsafe_b64decode(data) == bytes([0xFB, 0xFF, 0xFE, 0x21])
    schemas = directory.schemas().list(customerId="my_customer").execute()
    assert schemas["schemas"][0]["fields"][0]["fieldName"] == "badge"


def groups(directory):
    found, _ = every(directory.groups(), "groups", customer="my_customer")
    assert GROUP in {group["email"] for group in found}
    members, pages = every(directory.members(), "members", groupKey=GROUP, maxResults=1000)
    assert pages > 1, "no more than 200 members come on a page"
    assert {member["role"] for member in members} == {"MEMBER", "OWNER"}
    assert {member["type"] for member in members} == {"USER", "GROUP", "CUSTOMER"}
    everybody = [member for member in members if member["type"] == "CUSTOMER"]
    assert "email" not in everybody[0] and everybody[0]["id"]
    owners, _ = every(directory.members(), "members", groupKey=GROUP, roles="OWNER")
    assert len(owners) == 1
    nested = [member for member in members if member["type"] == "GROUP"][0]["email"]
    assert not {"arch@example.com"} & {member.get("email") for member in members}
    flat, _ = every(directory.members(), "members", groupKey=GROUP, includeDerivedMembership=True)
    assert {"arch@example.com"} <= {member.get("email") for member in flat}, nested
    inside = directory.members().hasMember(groupKey=GROUP, memberKey="arch@example.com").execute()
    assert inside == {"isMember": True}
    mine, _ = every(directory.groups(), "groups", userKey="arch@example.com")
    assert [group["email"] for group in mine] == [nested]


def errors(directory):
    users, members = directory.users(), directory.members()
    refused(users.get(userKey="nobody@example.com"), 404, "notFound")
    refused(users.get(userKey="eve@else.example"), 403, "forbidden")
    refused(members.list(groupKey="nothing@example.com"), 404, "notFound")
    refused(users.list(customer="my_customer", pageToken="nonsense"), 400, "invalid")
    refused(users.list(), 400, "badRequest")
    refused(service(["group.readonly"]).users().list(customer="my_customer"), 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    # Delegation alone reads nothing, nor does a person without a role.
    refused(service(subject=None).users().list(customer="my_customer"), 403, "forbidden")
    refused(service(subject="arch@example.com").users().list(customer="my_customer"), 403, "forbidden")
    for scopes, subject, words in [
        (["user.readonly", "orgunit"], ADMIN, "unauthorized_client"),
        (["user.readonly"], "nobody@example.com", "invalid_grant"),
    ]:
        try:
            service(scopes, subject).users().list(customer="my_customer").execute()
        except RefreshError as error:
            assert words in str(error), error
        else:
            raise AssertionError(f"{words} was expected")


directory = service()
people(directory)
groups(directory)
errors(directory)
