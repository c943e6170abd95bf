"""`az eventgrid system-topic`: what happens in a group is delivered to a webhook that az subscribed."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from azure_cli import Az
from localazure.assembly import LocalCloud
from localazure.http.server import Server

pytestmark = pytest.mark.slow

GROUP = ("--resource-group", "rg-events")
_PATIENCE_S = 60


class Hook:
    """A webhook that agrees to the handshake and keeps what is delivered."""

    def __init__(self) -> None:
        self.url = ""
        self.delivered: queue.Queue[dict[str, object]] = queue.Queue()

    async def answer(self, request: Request) -> Response:
        """Handshake or notifications."""
        events = json.loads(await request.body())
        if request.headers["aeg-event-type"] == "SubscriptionValidation":
            return JSONResponse({"validationResponse": events[0]["data"]["validationCode"]})
        for event in events:
            self.delivered.put(event)
        return Response()


@pytest.fixture
def hook(cloud_server: LocalCloud) -> Iterator[Hook]:
    """A webhook over HTTPS that the cloud trusts."""
    found = Hook()
    with ExitStack() as stack:
        app = Starlette(routes=[Route("/hook", found.answer, methods=["POST"])])
        found.url = f"{stack.enter_context(Server(app, cloud_server._authority.key_and_chain)).url}/hook"
        yield found


def test_a_groups_events_reach_a_webhook(az: Az, hook: Hook) -> None:
    """A system topic of a group, a filtered subscription, an event for what az does next; then all is deleted."""
    group = az("group", "create", "--name", "rg-events", "--location", "westeurope")
    az.registered("EventGrid", "ManagedIdentity")
    topic = ("eventgrid", "system-topic")
    made = az(
        *(*topic, "create", *GROUP, "--name", "resources", "--location", "global"),
        *("--topic-type", "Microsoft.Resources.ResourceGroups", "--source", group["id"]),
    )
    assert made["provisioningState"] == "Succeeded"
    assert made["topicType"].lower() == "microsoft.resources.resourcegroups"
    assert [one["name"] for one in az(*topic, "list", *GROUP)] == ["resources"]

    subscription = (*GROUP, "--system-topic-name", "resources", "--name", "identities")
    made = az(
        *(*topic, "event-subscription", "create", *subscription, "--endpoint", hook.url),
        *("--included-event-types", "Microsoft.Resources.ResourceWriteSuccess"),
        *("--advanced-filter", "data.operationName", "StringContains", "userAssignedIdentities"),
    )
    assert made["provisioningState"] == "Succeeded"
    assert made["destination"]["endpointType"] == "WebHook"
    identity = az("identity", "create", *GROUP, "--name", "watched")
    event = hook.delivered.get(timeout=_PATIENCE_S)
    assert event["eventType"] == "Microsoft.Resources.ResourceWriteSuccess"
    assert str(event["subject"]).lower() == identity["id"].lower()

    listed = az(*topic, "event-subscription", "list", *GROUP, "--system-topic-name", "resources")
    assert [one["name"] for one in listed] == ["identities"]
    shown = az(*topic, "event-subscription", "show", *subscription)
    assert shown["filter"]["advancedFilters"][0]["values"] == ["userAssignedIdentities"]
    az(*topic, "event-subscription", "delete", *subscription, "--yes")
    assert "not found" in az.refused(*topic, "event-subscription", "show", *subscription).lower()
    az(*topic, "delete", *GROUP, "--name", "resources", "--yes")
    assert az(*topic, "list", *GROUP) == []


def test_a_webhook_that_does_not_answer_is_refused(az: Az) -> None:
    """Without the handshake no subscription is made, and az shows Event Grid's own words."""
    group = az("group", "create", "--name", "rg-events", "--location", "westeurope")
    az.registered("EventGrid")
    topic = (*GROUP, "--name", "unheard")
    az(
        *("eventgrid", "system-topic", "create", *topic, "--location", "global"),
        *("--topic-type", "Microsoft.Resources.ResourceGroups", "--source", group["id"]),
    )
    refusal = az.refused(
        *("eventgrid", "system-topic", "event-subscription", "create", *GROUP, "--system-topic-name", "unheard"),
        *("--name", "nobody", "--endpoint", "https://localhost:1/hook"),
    )
    assert "Webhook validation handshake failed" in refusal
