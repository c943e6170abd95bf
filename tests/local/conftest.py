"""A local cloud that really listens, with an engine that only remembers what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from localazure.assembly import LocalCloud
from localazure.engine_port import Base, BuildRequest, BuiltImage, Log, Machine, MachineRequest, UnknownBase

NAMESPACES = (
    "Microsoft.Compute",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
    "Microsoft.VirtualMachineImages",
)


@dataclass
class RecordingEngine:
    """Stands where the real engine would start processes: it knows no base and boots nothing."""

    booted: list[MachineRequest] = field(default_factory=list)
    closed: bool = False

    def resolve_base(self, *, publisher: str, offer: str, sku: str, version: str) -> Base:
        """Know none."""
        raise UnknownBase(f"{publisher}:{offer}:{sku}:{version}")

    def build(self, request: BuildRequest, *, log: Log, on_phase: Log, cancelled: threading.Event) -> BuiltImage:
        """Build nothing."""
        raise UnknownBase("this engine builds nothing")

    def boot(self, request: MachineRequest) -> Machine:
        """Remember what was to be booted."""
        self.booted.append(request)
        raise UnknownBase("this engine boots nothing")

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class Caller:
    """An HTTP client with a token: what a test uses where no SDK package of Azure is at hand."""

    def __init__(self, server: LocalCloud, client_id: str, client_secret: str) -> None:
        self._server = server
        self._session = requests.Session()
        self._session.trust_env = False  # a bundle in this machine's environment would win over `verify`
        self._session.verify = str(server.ca_bundle)
        self.client_id = client_id
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        form["scope"] = f"{server.cloud.arm_endpoint}/.default"
        answer = self._session.post(f"{server.cloud.arm_endpoint}/{server.cloud.tenant_id}/oauth2/v2.0/token", form)
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def __call__(
        self, method: str, path: str, body: object = None, *, api_version: str = "2024-03-01", **query: str
    ) -> requests.Response:
        """Call Resource Manager; `path` may leave out the subscription: `~/resourceGroups/x`."""
        subscription = f"/subscriptions/{self._server.environment['AZURE_SUBSCRIPTION_ID']}"
        url = self._server.cloud.arm_endpoint + path.replace("~", subscription, 1)
        return self._session.request(method, url, json=body, params={"api-version": api_version, **query})

    def close(self) -> None:
        """Let go of the connections: a server with an open one takes its time to stop."""
        self._session.close()

    def finished(self, answer: requests.Response) -> requests.Response:
        """Wait for what goes on behind an answer, on the server's side; the answer itself."""
        assert answer.status_code < 400, answer.text
        url = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location")
        if url and "api-version" in url:
            operation_id = url.split("?")[0].rsplit("/", 1)[-1]
            self._server.cloud.long_running.wait(operation_id)
        return answer

    def settled(self, method: str, path: str, body: object = None, **options: str) -> requests.Response:
        """Call, and wait for what goes on behind the answer."""
        return self.finished(self(method, path, body, **options))


@pytest.fixture
def recording_engine() -> RecordingEngine:
    """The engine of `cloud_server`."""
    return RecordingEngine()


@pytest.fixture
def cloud_server(tmp_path: Path, recording_engine: RecordingEngine) -> Iterator[LocalCloud]:
    """A fresh local cloud that listens: nothing registered, no group."""
    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as server:
        yield server


@pytest.fixture
def caller(cloud_server: LocalCloud) -> Iterator[Callable[..., Caller]]:
    """Log in: the owner without arguments, any other application by its id. All connections end with the test."""
    made: list[Caller] = []

    def log_in(client_id: str = "", client_secret: str = "any secret") -> Caller:  # noqa: S107 - what any application may show
        environment = cloud_server.environment
        if not client_id:
            client_id, client_secret = environment["AZURE_CLIENT_ID"], environment["AZURE_CLIENT_SECRET"]
        made.append(Caller(cloud_server, client_id, client_secret))
        return made[-1]

    yield log_in
    for client in made:
        client.close()


@pytest.fixture
def owner(caller: Callable[..., Caller]) -> Caller:
    """The owner of a subscription in which the usual namespaces are registered and the group `rg` exists."""
    client = caller()
    for namespace in NAMESPACES:
        client("POST", f"~/providers/{namespace}/register")
    client("PUT", "~/resourceGroups/rg", {"location": "westeurope"})
    return client
