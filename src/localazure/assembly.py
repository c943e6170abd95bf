"""One local cloud, put together: state, operations, applications, servers, and the principal that owns it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import secrets
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from localazure.access.built_in_roles import OWNER
from localazure.access.decisions import ASSIGNMENT_TYPE, DEFINITION_TYPE
from localazure.access.directory import ServicePrincipal
from localazure.arm.operation_table import Operation, OperationTable
from localazure.clock import Clock, SystemClock
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud
from localazure.control.console import Console
from localazure.control.settings import Settings
from localazure.engine_port import EnginePort
from localazure.events import data_plane
from localazure.events.bus import EventBus
from localazure.events.wire import Wire
from localazure.functions.apps import FunctionApps
from localazure.http import control_routes, graph, login, metadata
from localazure.http.app import Manners, arm_app
from localazure.http.authorization import Authorization
from localazure.http.blob_service import blob_app
from localazure.http.blob_service.app import OPERATIONS as BLOB_OPERATIONS
from localazure.http.dispatch import Dispatcher
from localazure.http.front_door import FrontDoor
from localazure.http.linked_authorization import LinkedAuthorization
from localazure.http.provider_faults import ProviderFaults
from localazure.http.server import Authority, Server
from localazure.http.throttling import Throttling
from localazure.http.tokens import Tokens
from localazure.long_running import LongRunning
from localazure.store import Store

PROVIDERS = (
    "activity_log",
    "authorization",
    "compute",
    "containerinstance",
    "eventgrid",
    "identity",
    "imagebuilder",
    "network",
    "monitoring",
    "resources",
    "storage",
    "web",
)


def all_operations(cloud: Cloud) -> list[Operation]:
    """Every operation of every provider: what `docs/coverage.md` lists."""
    modules = [importlib.import_module(f"localazure.providers.{name}") for name in PROVIDERS]
    return [operation for module in modules for operation in module.operations(cloud)]


def new_cloud(state: Path, engine: EnginePort, clock: Clock | None = None) -> Cloud:
    """A cloud without endpoints: its store, its operations under way, its engine."""
    store, clock, settings = Store(state / "state.sqlite"), clock or SystemClock(), Settings()
    cloud: Cloud
    long_running = LongRunning(store, clock, endpoint=lambda: cloud.arm_endpoint, settings=settings)
    cloud = Cloud(store=store, long_running=long_running, engine=engine, clock=clock, settings=settings)
    return cloud


class LocalCloud:
    """A local cloud that listens while entered. State stays in its folder; `close` of the engine is part of leaving."""

    def __init__(
        self,
        *,
        state: Path,
        engine: EnginePort,
        port: int = 0,
        clock: Clock | None = None,
        function_code: Path | None = None,
        logs: Path | None = None,
        event_speed: float = 1.0,
        host: str = "127.0.0.1",
    ) -> None:
        state = state.absolute()  # its paths go into other processes' environments
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._state = state
        self.cloud = new_cloud(state, engine, clock)
        self.owner, self._secret = _owner(self.cloud)
        self._host = host
        self._authority = Authority(state / "tls", host=host)
        self.cloud.ca_bundle = self._authority.bundle
        self._tokens = Tokens(self.cloud)
        self.events = EventBus(self.cloud, Wire(self._authority.bundle), speed=event_speed)
        self.cloud.kept_logs = logs
        self.functions = FunctionApps(
            self.cloud,
            code=function_code,
            packages=state / "packages",
            logs=logs or state / "functions",
            mint=self._tokens.mint,
            authenticate=self._tokens.arm_caller,
        )
        self._arm = self._server("arm", self._arm_app(), port)
        self._blobs = self._server("blobs", blob_app(self.cloud, self._tokens), 0)
        self.cloud.arm_endpoint, self.cloud.blob_endpoint = self._arm.url, self._blobs.url

    def _arm_app(self) -> Any:  # noqa: ANN401 - any ASGI application
        cloud, tokens = self.cloud, self._tokens
        gates = (Authorization(cloud), LinkedAuthorization(cloud), FrontDoor(cloud), ProviderFaults(cloud))
        operations = all_operations(cloud)
        dispatcher = Dispatcher(OperationTable(operations), cloud.long_running, gates)
        cloud.dispatch = dispatcher
        self.console = Console(
            cloud.settings, cloud.faults, {found.operation_id for found in operations} | BLOB_OPERATIONS
        )
        manners = Manners(
            faults=cloud.faults,
            authenticate=tokens.arm_caller,
            throttling=Throttling(cloud.clock, cloud.settings),
            dispatch=dispatcher,
            name_of=dispatcher.name_of,
            clock=cloud.clock,
        )
        routes = [
            *metadata.routes(cloud),
            *login.routes(cloud, tokens),
            *graph.routes(cloud, tokens.arm_caller),
            *control_routes.routes(self.console, tokens.arm_caller),
            *data_plane.routes(cloud, self.events, tokens.event_caller),
            *self.functions.routes(),
        ]
        return arm_app(manners, routes)

    def _server(self, name: str, app: Any, port: int) -> Server:  # noqa: ANN401 - any ASGI application
        """On the port that was asked for; else, where it is free, on the one that the last start had."""
        remembered = self._state / f"{name}.port"
        if port == 0 and remembered.exists():
            with contextlib.suppress(OSError):
                return Server(app, self._authority.key_and_chain, port=int(remembered.read_text()), host=self._host)
        server = Server(app, self._authority.key_and_chain, port=port, host=self._host)
        remembered.write_text(str(server.port))
        return server

    @property
    def ca_bundle(self) -> Path:
        """The certificates that a client has to trust: this cloud's, and what the machine trusts already."""
        return self._authority.bundle

    @property
    def environment(self) -> dict[str, str]:
        """What an ordinary client's environment says to use this cloud as its owner."""
        return {
            "IMAGEGATE_ARM_ENDPOINT": self.cloud.arm_endpoint,
            "AZURE_TENANT_ID": self.cloud.tenant_id,
            "AZURE_SUBSCRIPTION_ID": DEFAULT_SUBSCRIPTION_ID,
            "AZURE_CLIENT_ID": self.owner.app_id,
            "AZURE_CLIENT_SECRET": self._secret,
            "AZURE_AUTHORITY_HOST": self.cloud.arm_endpoint,
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "REQUESTS_CA_BUNDLE": str(self.ca_bundle),
        }

    def ready_document(self) -> dict[str, Any]:
        """What a parent process reads to find this cloud."""
        return {
            "arm_endpoint": self.cloud.arm_endpoint,
            "blob_endpoint": self.cloud.blob_endpoint,
            "ca_bundle": str(self.ca_bundle),
            "tenant_id": self.cloud.tenant_id,
            "subscription_id": DEFAULT_SUBSCRIPTION_ID,
            "client_id": self.owner.app_id,
            "client_secret": self._secret,
            "pid": os.getpid(),
            "environment": self.environment,
        }

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.callback(self._let_go)
            for part in (self._arm, self._blobs, self.functions, self.events):
                stack.enter_context(part)
            self._parts = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.__exit__(kind, error, trace)

    def _let_go(self) -> None:
        """What is left once nothing listens any more."""
        self.cloud.faults.clear()  # nobody has to wait for one any longer
        self.cloud.engine.close()
        self.cloud.long_running.close()
        for let_go in self.cloud.on_close:
            let_go()
        self.cloud.store.close()


def write_ready_file(path: Path, document: dict[str, Any]) -> None:
    """Write a file that is either absent or whole, and that only its owner can read: it holds a secret."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
    unfinished.replace(path)


def _owner(cloud: Cloud) -> tuple[ServicePrincipal, str]:
    """The principal that the cloud is born with, Owner of its subscription."""
    app_id = cloud.store.setting("owner-client-id", lambda: str(uuid.uuid4()))
    secret = cloud.store.setting("owner-client-secret", lambda: secrets.token_hex(24))  # no "-" that reads as an option
    known = cloud.directory.find(app_id)
    if known is not None:
        return known, secret
    entry = cloud.directory.enroll(app_id=app_id, name="owner", secret=secret)
    scope, name = f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}", str(uuid.uuid4())
    properties = {
        "roleDefinitionId": f"{scope}/providers/{DEFINITION_TYPE}/{OWNER}",
        "principalId": entry.object_id,
        "principalType": "ServicePrincipal",
        "scope": scope,
    }
    assignment_id = f"{scope}/providers/{ASSIGNMENT_TYPE}/{name}"
    body = {"id": assignment_id, "name": name, "type": ASSIGNMENT_TYPE, "properties": properties}
    cloud.store.put(assignment_id, body)
    return entry, secret
