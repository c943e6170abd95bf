"""A local cloud without a wire: real store, operations and rights; engine and clock are the tests'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bench_clock import BenchClock
from localazure.access.built_in_roles import OWNER
from localazure.access.decisions import ASSIGNMENT_TYPE, DEFINITION_TYPE
from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.arm.operation_table import Operation, OperationTable
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud
from localazure.control import fault
from localazure.control.settings import CloudSettings, Settings
from localazure.http.authorization import Authorization
from localazure.http.dispatch import Dispatcher
from localazure.http.front_door import FrontDoor
from localazure.http.linked_authorization import LinkedAuthorization
from localazure.http.provider_faults import ProviderFaults
from localazure.long_running import Ending, LongRunning
from localazure.providers import (
    authorization,
    compute,
    containerinstance,
    identity,
    imagebuilder,
    network,
    resources,
    storage,
)
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


@dataclass
class Bench:
    """The cloud and one caller, its owner."""

    cloud: Cloud
    engine: RecordingEngine
    clock: BenchClock
    endings: list[Ending] = field(default_factory=list)

    def close(self) -> None:
        """End what runs and let go of what is held."""
        self.engine.close()
        self.engine.gate.set()
        self.cloud.long_running.close()
        for let_go in self.cloud.on_close:
            let_go()
        self.cloud.store.close()

    def ask_for(self, **document: Any) -> None:  # noqa: ANN401 - any JSON
        """Ask for a fault."""
        self.cloud.faults.add([fault.read(document)])

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
        *network.operations(cloud),
        *storage.operations(cloud),
        *containerinstance.operations(cloud),
        *compute.operations(cloud, ComputeSettings(**settings)),
        *imagebuilder.operations(cloud),
    ]


def make_bench(folder: Path, *, store: Store | None = None, **settings: Any) -> Bench:  # noqa: ANN401
    """A cloud with the usual namespaces and the group `rg` in westeurope; `settings` are its or Compute's."""
    clock = BenchClock()
    engine = RecordingEngine(folder / "engine", clock)
    store = store or Store(":memory:")
    of_the_cloud = {found.name for found in fields(CloudSettings)}
    in_force = Settings(CloudSettings(**{name: settings.pop(name) for name in of_the_cloud & settings.keys()}))
    long_running = LongRunning(store, clock, endpoint=lambda: "https://localhost:1", settings=in_force)
    cloud = Cloud(
        store=store,
        long_running=long_running,
        engine=engine,
        clock=clock,
        settings=in_force,
        arm_endpoint="https://localhost:1",
        blob_endpoint="https://localhost:2",
    )
    gates: list[Callable[[ArmRequest, Operation], None]] = [
        Authorization(cloud),
        LinkedAuthorization(cloud),
        FrontDoor(cloud),
        ProviderFaults(cloud),
    ]
    cloud.dispatch = Dispatcher(OperationTable(all_operations(cloud, settings)), long_running, gates)
    bench = Bench(cloud=cloud, engine=engine, clock=clock)
    long_running.listeners.append(bench.endings.append)
    for namespace in NAMESPACES:
        bench("POST", f"{SUBSCRIPTION}/providers/{namespace}/register")
    bench("PUT", RG, {"location": "westeurope"})
    return bench
