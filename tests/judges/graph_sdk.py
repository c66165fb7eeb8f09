"""Microsoft's own client library against the emulator.

    python graph_sdk.py URL CLIENT-ID SECRET GROUP BOSSED-USER

Ends with a traceback at the first thing that the library does not like.
"""

import asyncio
import sys
import urllib.parse
import urllib.request

import json
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.directory.deleted_items.graph_user.graph_user_request_builder import (
    GraphUserRequestBuilder as DeletedUsers,
)
from msgraph.generated.groups.delta.delta_request_builder import DeltaRequestBuilder as GroupsDelta
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.groups.item.transitive_members.graph_user.graph_user_request_builder import (
    GraphUserRequestBuilder as Members,
)
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user import User
from msgraph.generated.users.delta.delta_request_builder import DeltaRequestBuilder as UsersDelta
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.tasks.page_iterator import PageIterator

URL, CLIENT, SECRET, GROUP, BOSSED = sys.argv[1:]


class Tokens(AccessTokenProvider):
    """The library's own login wants TLS; this one asks the same question without."""

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": f"{URL}/.default",
        }
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{URL}/fabrikam.example/oauth2/v2.0/token", body) as answer:
            return json.load(answer)["access_token"]

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


def client():
    provider = BaseBearerTokenAuthenticationProvider(Tokens())
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{URL}/v1.0"
    return GraphServiceClient(request_adapter=adapter), adapter


def with_options(kind, eventual=False, **options):
    config = RequestConfiguration(query_parameters=kind(**options))
    if eventual:
        config.headers.add("ConsistencyLevel", "eventual")
    return config


async def every(page, adapter):
    """All items of a list, by the library's own iterator."""
    found = []
    iterator = PageIterator(page, adapter)
    iterator.headers.add("ConsistencyLevel", "eventual") if hasattr(iterator.headers, "add") else None

    def keep(item):
        found.append(item)
        return True

    await iterator.iterate(keep)
    return found


async def users(graph, adapter):
    options = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters
    page = await graph.users.get(with_options(options, select=["id", "accountEnabled", "userPrincipalName"], top=2))
    assert page.odata_next_link and len(page.value) == 2, page
    found = await every(page, adapter)
    assert len(found) == 4 and all(isinstance(user, User) for user in found), found
    assert all(user.account_enabled is True for user in found)
    # Not among the properties that come unasked.
    page = await graph.users.get()
    assert page.value[0].account_enabled is None and page.value[0].user_principal_name
    boss = await graph.users.by_user_id(BOSSED).manager.get()
    assert boss.id and boss.odata_type == "#microsoft.graph.user"
    photo = await graph.users.by_user_id(BOSSED).photo.content.get()
    assert photo == b"\xff\xd8\xff\xe0", photo
    gone = await graph.directory.deleted_items.graph_user.get(
        with_options(DeletedUsers.GraphUserRequestBuilderGetQueryParameters, select=["id", "deletedDateTime"])
    )
    assert len(gone.value) == 1 and gone.value[0].deleted_date_time.year == 2026, gone


async def groups(graph):
    options = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters
    named = await graph.groups.get(with_options(options, filter="displayName eq 'Intranet'"))
    assert [group.id for group in named.value] == [GROUP]
    group = graph.groups.by_group_id(GROUP)
    assert (await group.get()).display_name == "Intranet"
    options = Members.GraphUserRequestBuilderGetQueryParameters
    members = await group.transitive_members.graph_user.get(
        with_options(options, eventual=True, count=True, select=["id"], top=2)
    )
    assert members.odata_count == 3 and len(members.value) == 2 and members.odata_next_link, members
    mixed = await group.members.get()
    kinds = {member.odata_type for member in mixed.value}
    while mixed.odata_next_link:
        mixed = await group.members.with_url(mixed.odata_next_link).get()
        kinds |= {member.odata_type for member in mixed.value}
    assert kinds == {"#microsoft.graph.user", "#microsoft.graph.group"}, kinds
    # A cast without what it needs is refused, and the library understands how.
    try:
        await group.transitive_members.graph_user.get()
        raise AssertionError("the cast was not refused")
    except ODataError as error:
        assert error.response_status_code == 400, error
        assert error.error.code == "Request_UnsupportedQuery", error.error


async def changes(graph):
    options = UsersDelta.DeltaRequestBuilderGetQueryParameters
    page = await graph.users.delta.get(with_options(options, select=["displayName", "accountEnabled"]))
    found = list(page.value)
    while page.odata_next_link:
        page = await graph.users.delta.with_url(page.odata_next_link).get()
        found.extend(page.value)
    assert page.odata_delta_link and len(found) == 5, found
    removed = [user for user in found if "@removed" in user.additional_data]
    assert [user.additional_data["@removed"]["reason"] for user in removed] == ["changed"], removed
    again = await graph.users.delta.with_url(page.odata_delta_link).get()
    assert again.value == [] and again.odata_delta_link
    options = GroupsDelta.DeltaRequestBuilderGetQueryParameters
    page = await graph.groups.delta.get(with_options(options, select=["members"], filter=f"id eq '{GROUP}'"))
    assert all("members@delta" in group.additional_data for group in page.value), page.value


async def errors(graph):
    try:
        await graph.users.by_user_id("00000000-0000-4000-8000-000000000000").get()
        raise AssertionError("a user who is not there was found")
    except ODataError as error:
        assert error.error.code == "Request_ResourceNotFound", error.error
        assert error.error.inner_error.request_id, error.error


async def main():
    graph, adapter = client()
    await users(graph, adapter)
    await groups(graph)
    await changes(graph)
    await errors(graph)


asyncio.run(main())
print("content")
