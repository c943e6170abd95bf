"""A local cloud that really listens, with an engine that only remembers what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.identity import ClientSecretCredential
from starlette.requests import Request
from starlette.responses import Response

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.assembly import LocalCloud
from localazure.control.fault import Call
from localazure.engine_port import Base, BuildRequest, BuiltImage, Log, Machine, MachineRequest, UnknownBase
from localazure.http import app
from localazure.http.dispatch import Dispatcher
from real_data import corpus_folder
from recorded_facts import RecordedFacts, load_facts
from truth import Truth, load

_ARGUED = Path(__file__).parent / "specification_differences.json"
_LAST = ("test_recorded_facts.py", "test_specification.py")  # these ask what the others have exercised

NAMESPACES = (
    "Microsoft.Compute",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
    "Microsoft.VirtualMachineImages",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks about all the others comes last."""
    items.sort(key=lambda item: item.path.name in _LAST)


@pytest.fixture(scope="session")
def truth(request: pytest.FixtureRequest) -> Truth | None:
    """The published specification, and what was held against it in this session; None without the corpus."""
    corpus = corpus_folder(request.config.rootpath)
    return load(corpus, _ARGUED) if corpus.is_dir() else None


@pytest.fixture(autouse=True)
def _held_to_the_specification(truth: Truth | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check every answer of every local cloud of this process, however it was asked for."""
    if truth is None:
        yield
        return
    serve, found = Dispatcher.__call__, list[str]()

    def watched(self: Dispatcher, request: ArmRequest) -> ArmResponse:
        response = serve(self, request)
        found.extend(truth.judge(self, request, response))
        return response

    monkeypatch.setattr(Dispatcher, "__call__", watched)
    yield
    assert not found, "answers that leave the specification:\n" + "\n".join(sorted(set(found)))


@pytest.fixture(scope="session")
def recorded_facts() -> RecordedFacts:
    """What recordings show of each operation, and which of it was held to an answer in this session."""
    return load_facts(Path(__file__).parent)


@pytest.fixture(autouse=True)
def _held_to_the_recordings(recorded_facts: RecordedFacts, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check every answer that local clouds of this process give over HTTP; no corpus is needed for it."""
    serve, found = app._served, list[str]()

    def watched(request: Request, raw: bytes, manners: app.Manners, call: Call) -> Response:
        answer = serve(request, raw, manners, call)
        found.extend(recorded_facts.judge(call.operation, answer.status_code, answer.headers, bytes(answer.body)))
        return answer

    monkeypatch.setattr(app, "_served", watched)
    yield
    assert not found, "answers that are not as recorded:\n" + "\n".join(sorted(set(found)))


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

    def __init__(self, server: LocalCloud, *, client_id: str = "", client_secret: str = "", token: str = "") -> None:
        environment = server.environment
        self._server = server
        self.session = requests.Session()
        self.session.trust_env = False  # a bundle in this machine's environment would win over `verify`
        self.session.verify = str(server.ca_bundle)
        self.token = token or self._logged_in(
            client_id or environment["AZURE_CLIENT_ID"], client_secret or environment["AZURE_CLIENT_SECRET"]
        )
        self.session.headers.update({"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})

    def _logged_in(self, client_id: str, client_secret: str) -> str:
        endpoint = self._server.cloud.arm_endpoint
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        answer = self.session.post(
            f"{endpoint}/{self._server.cloud.tenant_id}/oauth2/v2.0/token", form | {"scope": f"{endpoint}/.default"}
        )
        return str(answer.json()["access_token"])

    def url(self, path: str) -> str:
        """A path of Resource Manager as a URL; `~` stands for the subscription."""
        subscription = f"/subscriptions/{self._server.environment['AZURE_SUBSCRIPTION_ID']}"
        return self._server.cloud.arm_endpoint + path.replace("~", subscription, 1)

    def __call__(
        self, method: str, path: str, body: object = None, *, api_version: str = "2024-03-01", **query: str
    ) -> requests.Response:
        """Call Resource Manager."""
        return self.session.request(method, self.url(path), json=body, params={"api-version": api_version, **query})

    def finished(self, answer: requests.Response) -> requests.Response:
        """Wait for what goes on behind an answer, on the server's side; the answer itself."""
        url = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location")
        if answer.ok and url and "api-version" in url:
            self._server.cloud.long_running.wait(url.split("?")[0].rsplit("/", 1)[-1])
        return answer

    def settled(
        self, method: str, path: str, body: object = None, *, api_version: str = "2024-03-01", **query: str
    ) -> requests.Response:
        """Call, and wait for what goes on behind the answer."""
        return self.finished(self(method, path, body, api_version=api_version, **query))


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
def caller_of() -> Iterator[Callable[..., Caller]]:
    """Log in to any cloud: as its owner, as another application, or with a token that is there already."""
    made: list[Caller] = []

    def log_in(server: LocalCloud, *, client_id: str = "", client_secret: str = "", token: str = "") -> Caller:
        made.append(Caller(server, client_id=client_id, client_secret=client_secret, token=token))
        return made[-1]

    yield log_in
    for client in made:
        client.session.close()


@pytest.fixture
def caller(cloud_server: LocalCloud, caller_of: Callable[..., Caller]) -> Callable[..., Caller]:
    """Log in: the owner without arguments, any other application by its id."""

    def log_in(client_id: str = "", client_secret: str = "any secret") -> Caller:  # noqa: S107 - any will do
        return caller_of(cloud_server, client_id=client_id, client_secret=client_secret if client_id else "")

    return log_in


@pytest.fixture
def registered() -> Callable[[Caller], None]:
    """Register the usual namespaces."""

    def register(client: Caller) -> None:
        for namespace in NAMESPACES:
            client("POST", f"~/providers/{namespace}/register")

    return register


@pytest.fixture
def credential(cloud_server: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClientSecretCredential]:
    """The owner's credential for the SDK, which finds the certificates in the environment."""
    environment = cloud_server.environment
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", environment["REQUESTS_CA_BUNDLE"])
    with ClientSecretCredential(
        environment["AZURE_TENANT_ID"],
        environment["AZURE_CLIENT_ID"],
        environment["AZURE_CLIENT_SECRET"],
        authority=environment["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    ) as known:
        yield known


@pytest.fixture
def sdk_options(cloud_server: LocalCloud) -> dict[str, Any]:
    """What points a management client of the SDK to this cloud."""
    endpoint = cloud_server.cloud.arm_endpoint
    return {"base_url": endpoint, "credential_scopes": [f"{endpoint}/.default"], "polling_interval": 0}


@pytest.fixture
def subscription_id(cloud_server: LocalCloud) -> str:
    """The one subscription."""
    return cloud_server.environment["AZURE_SUBSCRIPTION_ID"]


@pytest.fixture
def owner(caller: Callable[..., Caller], registered: Callable[[Caller], None]) -> Caller:
    """The owner of a subscription in which the usual namespaces are registered and the group `rg` exists."""
    client = caller()
    registered(client)
    client("PUT", "~/resourceGroups/rg", {"location": "westeurope"})
    return client


@pytest.fixture
def call(owner: Caller) -> Callable[..., requests.Response]:
    """Call Resource Manager as the owner: method, path (`~` is the subscription), body, query."""
    return owner


@pytest.fixture
def settled(owner: Caller) -> Callable[..., requests.Response]:
    """Call as the owner, and wait for what goes on behind the answer."""
    return owner.settled


@pytest.fixture
def raw(owner: Caller) -> Callable[[str, str, bytes], requests.Response]:
    """Send bytes as the owner."""

    def send(method: str, path: str, content: bytes) -> requests.Response:
        return owner.session.request(method, owner.url(path), data=content, params={"api-version": "2024-03-01"})

    return send


@pytest.fixture
def as_other(caller: Callable[..., Caller]) -> Callable[[str], Callable[..., requests.Response]]:
    """Log in as another application, which may do nothing until it is given a role."""
    return caller


@pytest.fixture
def object_id_of(cloud_server: LocalCloud) -> Callable[[str], str]:
    """The object id of an application that has logged in."""

    def find(client_id: str) -> str:
        entry = cloud_server.cloud.directory.find(client_id)
        assert entry is not None
        return entry.object_id

    return find
