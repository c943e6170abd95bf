"""A local cloud without a wire: real store, operations and rights; engine and clock are the tests'."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from localazure.access.built_in_roles import OWNER
from localazure.access.decisions import ASSIGNMENT_TYPE, DEFINITION_TYPE
from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.arm.operation_table import Operation, OperationTable
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud
from localazure.http.authorization import Authorization
from localazure.http.dispatch import Dispatcher
from localazure.http.front_door import FrontDoor
from localazure.long_running import Ending, LongRunning
from localazure.providers import authorization, compute, containerinstance, identity, imagebuilder, resources
from localazure.providers.compute.settings import ComputeSettings
from localazure.store import Store
from recording_engine import RecordingEngine

SUBSCRIPTION = f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}"
RG = f"{SUBSCRIPTION}/resourceGroups/rg"
NAMESPACES = (
    "Microsoft.Compute",
    "Microsoft.ContainerInstance",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
    "Microsoft.VirtualMachineImages",
)


class BenchClock:
    """A clock that stands until it is moved. Waits end at once; a wait for an event needs the event, or `let_pass`."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
        self._moved = threading.Condition()

    def now(self) -> datetime:
        """The time that it was set to."""
        return self._now

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Without an event: no time passes. With one: wait for it, or until the clock was moved far enough."""
        if until is None:
            return False
        due = self._now + timedelta(seconds=seconds)
        while not until.wait(0.005):
            if self._now >= due:
                return False
        return True

    def let_pass(self, **amount: float) -> None:
        """Move the clock."""
        self._now += timedelta(**amount)


@dataclass
class Bench:
    """The cloud and one caller, its owner."""

    cloud: Cloud
    engine: RecordingEngine
    clock: BenchClock
    endings: list[Ending] = field(default_factory=list)

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        api_version: str = "2024-07-01",
        principal: Principal | None = None,
        **query: str,
    ) -> ArmResponse:
        """Call an operation; `~` stands for the resource group, `$` in a query's name is written `_`."""
        request = ArmRequest(
            method=method,
            path=path.replace("~", RG, 1),
            api_version=api_version,
            principal=principal or self.cloud.platform,
            body=body,
            query={name.replace("_", "$", 1): value for name, value in query.items()},
        )
        return self.cloud.dispatch(request)

    def settled(self, method: str, path: str, body: object = None, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """Call, wait, and return the operation's record; what is answered at once counts as succeeded."""
        response = self(method, path, body, **options)
        assert response.status < 400, response.body
        return dict(self.cloud.complete(response) or {"status": "Succeeded"})

    def body(self, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """What a GET answers."""
        response = self("GET", path, **options)
        assert response.status == 200, response.body
        return dict(response.body)

    def error(self, method: str, path: str, body: object = None, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """What a refused call says: status, code, message."""
        response = self(method, path, body, **options)
        assert response.status >= 400, response.body
        return {"status": response.status, **response.body["error"]}

    def stranger(self, name: str) -> Principal:
        """A principal without any right."""
        object_id = f"00000000-0000-0000-0000-{len(name):012d}"
        return Principal(object_id=object_id, tenant_id=self.cloud.tenant_id, name=name)

    def grant(self, object_id: str, role: str, scope: str) -> None:
        """Assign a role by its id."""
        assignment_id = f"{scope}/providers/{ASSIGNMENT_TYPE}/{abs(hash((object_id, role, scope)))}"
        properties = {
            "roleDefinitionId": f"{SUBSCRIPTION}/providers/{DEFINITION_TYPE}/{role}",
            "principalId": object_id,
            "scope": scope,
        }
        self.cloud.store.put(assignment_id, {"id": assignment_id, "properties": properties})

    def identity(self, name: str, *, owner: bool = True) -> str:
        """Make a user-assigned identity; its id."""
        identity_id = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        found = self("PUT", identity_id, {"location": "westeurope"}).body
        if owner:
            self.grant(found["properties"]["principalId"], OWNER, RG)
        return identity_id


def all_operations(cloud: Cloud, settings: Mapping[str, Any]) -> list[Operation]:
    """Every operation that these tests meet."""
    return [
        *authorization.operations(cloud),
        *identity.operations(cloud),
        *resources.operations(cloud),
        *_stand_ins(cloud),
        *containerinstance.operations(cloud),
        *compute.operations(cloud, ComputeSettings(**settings)),
        *imagebuilder.operations(cloud),
    ]


def _stand_ins(cloud: Cloud) -> list[Operation]:
    """Network and storage as bare documents."""
    group = "/subscriptions/{s}/resourceGroups/{rg}/providers"
    paths = (
        f"{group}/Microsoft.Network/networkInterfaces/{{name}}",
        f"{group}/Microsoft.Network/networkSecurityGroups/{{name}}",
        f"{group}/Microsoft.Network/publicIPAddresses/{{name}}",
        f"{group}/Microsoft.Network/virtualNetworks/{{name}}",
        f"{group}/Microsoft.Storage/storageAccounts/{{name}}",
        f"{group}/Microsoft.Storage/storageAccounts/{{name}}/blobServices/default/containers/{{container}}",
    )

    def put(request: ArmRequest) -> ArmResponse:
        cloud.store.put(request.resource_id, {**request.body, "id": request.path})
        return ArmResponse(status=201, body=request.body)

    def delete(request: ArmRequest) -> ArmResponse:
        found = cloud.store.delete(request.resource_id)
        for child in cloud.store.under(request.resource_id):
            cloud.store.delete(child.id)
        return ArmResponse(status=200 if found else 204)

    served = (("PUT", "write", put), ("DELETE", "delete", delete))
    return [
        Operation(operation_id=method + path, method=method, path=path, action=f"Microsoft.X/{action}", handler=handler)
        for path in paths
        for method, action, handler in served
    ]


def make_bench(folder: Path, *, store: Store | None = None, **settings: Any) -> Bench:  # noqa: ANN401
    """A cloud with the usual namespaces registered and the group `rg` in westeurope; `settings` are Compute's."""
    clock, engine = BenchClock(), RecordingEngine(folder / "engine")
    store = store or Store(":memory:")
    long_running = LongRunning(store, clock, endpoint=lambda: "https://localhost:1")
    cloud = Cloud(
        store=store,
        long_running=long_running,
        engine=engine,
        clock=clock,
        arm_endpoint="https://localhost:1",
        blob_endpoint="https://localhost:2",
    )
    gates: list[Callable[[ArmRequest, Operation], None]] = [Authorization(cloud), FrontDoor(cloud)]
    cloud.dispatch = Dispatcher(OperationTable(all_operations(cloud, settings)), long_running, gates)
    bench = Bench(cloud=cloud, engine=engine, clock=clock)
    long_running.listeners.append(bench.endings.append)
    for namespace in NAMESPACES:
        bench("POST", f"{SUBSCRIPTION}/providers/{namespace}/register")
    bench("PUT", RG, {"location": "westeurope"})
    return bench
