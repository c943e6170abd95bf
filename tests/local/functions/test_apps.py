"""A site of the local cloud runs its app: from an operation's end over Event Grid into an orchestration."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from localazure.assembly import LocalCloud
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA
from localazure.functions.host import FunctionHost

_WEB, _GRID, _IDENTITY = "2024-04-01", "2022-06-15", "2023-01-31"
_PATIENCE_S = 20
_SITE = "~/resourceGroups/rg/providers/Microsoft.Web/sites/greeter"
_TOPIC = "~/resourceGroups/rg/providers/Microsoft.EventGrid/systemTopics/group-events"

Owner = Callable[..., requests.Response]


@pytest.fixture
def settled(owner: Any, tmp_path: Path) -> Owner:  # noqa: ANN401 - the caller of tests/local
    """Calls of the owner that wait for their end; the site is there, and a system topic of the group."""
    for namespace in ("Microsoft.Web", "Microsoft.EventGrid"):
        owner("POST", f"~/providers/{namespace}/register")
    source = owner("GET", "~/resourceGroups/rg").json()["id"]
    topic = {
        "location": "global",
        "properties": {"source": source, "topicType": "Microsoft.Resources.ResourceGroups"},
    }
    assert owner("PUT", _TOPIC, topic, api_version=_GRID).status_code == 201
    assert owner("PUT", _SITE, _site(tmp_path), api_version=_WEB).status_code == 200
    done: Owner = owner.settled
    return done


def _site(folder: Path, **settings: str) -> dict[str, Any]:
    values = {"GREETING": "Hello", "TICKS": "0 0 4 * * *", "TICKED": str(folder / "ticked"), **settings}
    pairs = [{"name": name, "value": value} for name, value in values.items()]
    return {
        "location": "westeurope",
        "kind": "functionapp,linux",
        "properties": {"siteConfig": {"appSettings": pairs}},
    }


def _subscription(settled: Owner, schema: str, function: str = "on_event") -> requests.Response:
    site_id = settled("GET", _SITE, api_version=_WEB).json()["id"]
    body = {
        "properties": {
            "destination": {
                "endpointType": "AzureFunction",
                "properties": {"resourceId": f"{site_id}/functions/{function}"},
            },
            "eventDeliverySchema": schema,
            "filter": {
                "includedEventTypes": ["Microsoft.Resources.ResourceWriteSuccess"],
                "advancedFilters": [
                    {
                        "operatorType": "StringIn",
                        "key": "data.operationName",
                        "values": ["microsoft.managedidentity/userassignedidentities/WRITE"],
                    }
                ],
            },
        }
    }
    return settled("PUT", f"{_TOPIC}/eventSubscriptions/greet", body, api_version=_GRID)


def _host(cloud_server: LocalCloud) -> FunctionHost:
    host = cloud_server.functions.host("greeter")
    assert host is not None
    return host


@pytest.mark.parametrize("schema", [EVENT_GRID_SCHEMA, CLOUD_EVENT_SCHEMA])
def test_operation_ends_in_an_orchestration(
    cloud_server: LocalCloud, settled: Owner, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a write that the filter lets through starts the app's orchestration, once, in either schema."""
    assert _subscription(settled, schema).status_code == 201
    host = _host(cloud_server)
    started = threading.Event()
    told = host.on_events

    def on_events(name: str, events: list[str]) -> list[str]:
        errors = told(name, events)
        started.set()
        return errors

    monkeypatch.setattr(host, "on_events", on_events)

    identity = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/someone"
    settled("PUT", identity, {"location": "westeurope"}, api_version=_IDENTITY)

    assert started.wait(_PATIENCE_S)
    instances = host.durable.instances()
    assert [state.name for state in instances] == ["greet"]
    ended = host.durable.wait(instances[0].instance_id, _PATIENCE_S)
    assert ended is not None
    assert ended.failure_details is None


def test_functions_are_resources_of_the_site(settled: Owner) -> None:
    """Each function can be read, so that an event subscription can name it."""
    found = settled("GET", f"{_SITE}/functions", api_version=_WEB).json()["value"]

    names = {entry["properties"]["name"] for entry in found}
    assert {"on_event", "greet", "make_greeting", "tick"} <= names


def test_subscription_to_an_absent_function_is_refused(owner: Any, settled: Owner) -> None:  # noqa: ANN401 - as above
    """The function has to be there before Event Grid may deliver to it."""
    site_id = settled("GET", _SITE, api_version=_WEB).json()["id"]
    destination = {"endpointType": "AzureFunction", "properties": {"resourceId": f"{site_id}/functions/nobody"}}

    refused = owner(
        "PUT",
        f"{_TOPIC}/eventSubscriptions/greet",
        {"properties": {"destination": destination}},
        api_version=_GRID,
    )

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "Endpoint validation"


def test_settings_become_the_environment(cloud_server: LocalCloud, settled: Owner) -> None:
    """A change of the application settings starts the app anew with them."""
    settings = settled("POST", f"{_SITE}/config/appsettings/list", api_version=_WEB).json()["properties"]

    changed = {"properties": {**settings, "GREETING": "Ahoy"}}
    settled("PUT", f"{_SITE}/config/appsettings", changed, api_version=_WEB)

    host = _host(cloud_server)
    host.durable.start("greet", {"id": "sailor"}, instance_id="sailor")
    ended = host.durable.wait("sailor", _PATIENCE_S)
    assert ended is not None
    assert "Ahoy, sailor" in (ended.serialized_output or "")


def test_settings_are_not_shown_with_the_site(settled: Owner) -> None:
    """Reading the site shows no setting's value."""
    assert "Hello" not in settled("GET", _SITE, api_version=_WEB).text


def test_site_and_host_go_together(cloud_server: LocalCloud, settled: Owner) -> None:
    """A removed site runs nothing any more."""
    pid = _host(cloud_server).worker_pid

    settled("DELETE", _SITE, api_version=_WEB)

    assert cloud_server.functions.host("greeter") is None
    assert not Path(f"/proc/{pid}").exists()


def test_webhook_asks_for_its_key(cloud_server: LocalCloud, settled: Owner) -> None:
    """Without its key the webhook answers 401, without such a function 404; a handshake echoes the code."""
    keys = settled("POST", f"{_SITE}/host/default/listKeys", api_version=_WEB).json()
    url = f"{cloud_server.cloud.arm_endpoint}/_functions/greeter/runtime/webhooks/EventGrid"
    event = [{"id": "1", "data": {"validationCode": "the code"}}]

    def post(code: str, function: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                url,
                json=event,
                params={"code": code, "functionName": function},
                headers={"aeg-event-type": "SubscriptionValidation"},
                verify=str(cloud_server.ca_bundle),
            )

    key = keys["systemKeys"]["eventgrid_extension"]
    assert post("guess", "on_event").status_code == 401
    assert post(key, "nobody").status_code == 404
    assert post(key, "on_event").json() == {"validationResponse": "the code"}


def test_app_has_the_token_of_its_identity(cloud_server: LocalCloud, owner: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """An app with a user-assigned identity gets that identity's token from its endpoint, and from nowhere else."""
    for namespace in ("Microsoft.Web", "Microsoft.EventGrid"):
        owner("POST", f"~/providers/{namespace}/register")
    path = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/worker"
    identity = owner("PUT", path, {"location": "westeurope"}, api_version=_IDENTITY).json()
    body = {**_site(tmp_path), "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity["id"]: {}}}}
    assert owner("PUT", _SITE, body, api_version=_WEB).status_code == 200
    environ = Path(f"/proc/{_host(cloud_server).worker_pid}/environ").read_bytes().decode().split("\0")
    environment = dict(entry.split("=", 1) for entry in environ if entry)

    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(cloud_server.ca_bundle)
        query = {"resource": cloud_server.cloud.arm_endpoint, "client_id": identity["properties"]["clientId"]}
        url, header = environment["IDENTITY_ENDPOINT"], environment["IDENTITY_HEADER"]
        refused = session.get(url, params=query, headers={"X-IDENTITY-HEADER": "guess"})
        granted = session.get(url, params=query, headers={"X-IDENTITY-HEADER": header})

    assert refused.status_code == 403
    assert granted.json()["client_id"] == identity["properties"]["clientId"]
