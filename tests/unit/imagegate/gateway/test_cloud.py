"""Finding a cloud and logging in to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.errors import ImageGateError, ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.endpoints import PUBLIC, parse_metadata, well_known
from imagegate.gateway.translation import told_as
from imagegate.settings import CloudSettings

ARM = "https://arm.stack.example"
TENANT = "99999999-2222-3333-4444-555555555555"
METADATA = {
    "name": "stack",
    "resourceManager": f"{ARM}/",
    "authentication": {
        "loginEndpoint": "https://login.stack.example/",
        "audiences": ["https://management.core.stack.example/", f"{ARM}/"],
    },
}
SERVICE_PRINCIPAL = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": "client", "AZURE_CLIENT_SECRET": "s3cret"}


@pytest.fixture
def stack(wire: Wire) -> Iterator[Wire]:
    """A cloud that no library knows: metadata, login and one resource group."""
    base = f"/{TENANT}"
    document = {
        "issuer": f"https://login.stack.example{base}/v2.0",
        "authorization_endpoint": f"https://login.stack.example{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"https://login.stack.example{base}/oauth2/v2.0/token",
    }
    wire.on("GET", "/metadata/endpoints", Answer(body=[{"name": "other", "resourceManager": "https://x"}, METADATA]))
    wire.on("GET", f"{base}/v2.0/.well-known/openid-configuration", Answer(body=document))
    token = {"token_type": "Bearer", "access_token": "t-1", "expires_in": 3600}
    wire.on("POST", f"{base}/oauth2/v2.0/token", Answer(body=token))
    wire.on("GET", f"/subscriptions/{SUBSCRIPTION}/.*", Answer(body={"ok": True}))
    yield wire
    assert {seen.host for seen in wire.seen} <= {"arm.stack.example", "login.stack.example", "token.actions.example"}


def _connect(wire: Wire, environment: dict[str, str], arm_endpoint: str = ARM) -> Cloud:
    settings = CloudSettings(arm_endpoint=arm_endpoint, subscription_id=SUBSCRIPTION)
    return Cloud.connect(settings, environment, transport=wire.transport)


def _ask(cloud: Cloud) -> Any:  # noqa: ANN401 - any JSON
    return cloud.send("GET", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg", api_version="1")


def _form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}


def test_another_cloud_is_found_by_its_endpoint(stack: Wire) -> None:
    """Login host and audience come from the cloud itself; Microsoft's login is not asked about a strange host."""
    assert _ask(_connect(stack, SERVICE_PRINCIPAL)) == {"ok": True}

    token, asked = stack.seen[-2], stack.seen[-1]
    assert _form(token)["scope"] == f"{ARM}//.default"
    assert _form(token)["client_secret"] == "s3cret"
    assert (asked.host, asked.headers["Authorization"]) == ("arm.stack.example", "Bearer t-1")


def test_one_token_serves_all_clients(stack: Wire) -> None:
    """A second client of the same connection does not log in again, and both carry one correlation id."""
    cloud = _connect(stack, SERVICE_PRINCIPAL)
    _ask(cloud)
    cloud.resources.resource_groups.get("rg")

    assert len(stack.calls("POST", ".*/token")) == 1
    ids = {seen.headers["x-ms-correlation-request-id"] for seen in stack.calls("GET", "/subscriptions/.*")}
    assert ids == {cloud.correlation_id}


def test_a_federated_token_file(stack: Wire, tmp_path: Path) -> None:
    """The file's token is the assertion."""
    token_file = tmp_path / "token"
    token_file.write_text("federated")

    _ask(
        _connect(
            stack, {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": "c", "AZURE_FEDERATED_TOKEN_FILE": str(token_file)}
        )
    )

    assert _form(stack.calls("POST", ".*/token")[0])["client_assertion"] == "federated"


def test_a_github_job(stack: Wire) -> None:
    """A job with `id-token: write` needs no secret: its own token is asked for and used as the assertion."""
    stack.on("GET", "/id-token", Answer(body={"value": "job-token"}))
    environment = {
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": "c",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.actions.example/id-token?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer",
    }

    _ask(_connect(stack, environment))

    asked = stack.calls("GET", "/id-token")[0]
    assert asked.query == {"v": "1", "audience": "api://AzureADTokenExchange"}
    assert asked.headers["Authorization"] == "Bearer bearer"
    assert _form(stack.calls("POST", ".*/token")[0])["client_assertion"] == "job-token"


def test_a_github_job_without_the_permission(stack: Wire) -> None:
    """A refusal by GitHub is told with the permission that the job lacks."""
    stack.on("GET", "/id-token", Answer(status=403, body={"message": "no"}))
    environment = {
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": "c",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.actions.example/id-token",
    }

    with pytest.raises(ImageGateError, match="id-token: write") as caught, told_as("asking"):
        _ask(_connect(stack, environment))

    assert caught.value.exit_code == 9


def test_azures_own_clouds_need_no_question(wire: Wire) -> None:
    """The public cloud's endpoints are known: connecting asks nothing."""
    cloud = _connect(wire, SERVICE_PRINCIPAL, "https://management.azure.com")

    assert (wire.seen, cloud.endpoints) == ([], PUBLIC)
    government = well_known("https://MANAGEMENT.usgovcloudapi.net/")
    assert government is not None
    assert government.scope == "https://management.core.usgovcloudapi.net/.default"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=404, body="<html>not here</html>"),
        Answer(body={"name": "x"}),
        Answer(body=[]),
        Answer(body={"authentication": {"loginEndpoint": "https://x"}}),
    ],
    ids=["404", "other JSON", "no cloud", "no audience"],
)
def test_what_is_no_resource_manager(wire: Wire, answer: Answer) -> None:
    """An endpoint that is something else is told as such, with the setting to check."""
    wire.on("GET", "/metadata/endpoints", answer)

    with pytest.raises(ServiceRefused, match=r"arm\.stack\.example") as caught:
        _connect(wire, SERVICE_PRINCIPAL)

    assert "arm-endpoint" in str(caught.value.hint)


def test_metadata_of_one_cloud() -> None:
    """Older clouds answer one object instead of a list; the audience stays as it is registered."""
    document = {"authentication": {"loginEndpoint": "https://adfs/", "audiences": ["https://management.x/guid"]}}

    endpoints = parse_metadata(document, f"{ARM}/")

    assert (endpoints.arm_endpoint, endpoints.authority) == (ARM, "https://adfs")
    assert endpoints.scope == "https://management.x/guid/.default"
    assert not endpoints.well_known_authority


def test_requests_are_traced_without_secrets(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    """A DEBUG line has method, path, status and id; never a query, a header or a body."""
    wire.on("GET", ".*", Answer(body={"key": "s3cret"}, headers={"x-ms-request-id": "r-1"}))

    with caplog.at_level("DEBUG", "imagegate"):
        cloud_on(wire).send("GET", "/subscriptions/s/keys", api_version="1", query={"sig": "s3cret"})

    line = next(record.getMessage() for record in caplog.records if record.name == "imagegate.requests")
    assert line.startswith("GET management.azure.com/subscriptions/s/keys → 200 in ")
    assert line.endswith("request id r-1")
    assert "s3cret" not in json.dumps([record.getMessage() for record in caplog.records])


@pytest.mark.parametrize("host", ["", "https://elsewhere.example"])
def test_link_is_followed_to_the_letter(wire: Wire, host: str) -> None:
    """What is encoded in a nextLink or a signed address stays as it was given, and the host stays ours."""
    wire.on("GET", "/subscriptions/s/more", Answer(body={"value": []}))
    query = "api-version=1&%24skiptoken=a%2Bb%26c%2523%253d"

    assert cloud_on(wire).follow(f"{host}/subscriptions/s/more?{query}") == {"value": []}
    assert (wire.seen[-1].host, wire.seen[-1].raw_query) == ("management.azure.com", query)
