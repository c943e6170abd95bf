"""One local cloud for all that the SDK does here, each test in both of the SDK's manners and in a group of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine
from sdk_bench import MANNERS, Ledger, Sdk

NAMESPACES = (
    "Microsoft.Authorization",
    "Microsoft.Compute",
    "Microsoft.ContainerInstance",
    "Microsoft.EventGrid",
    "Microsoft.Insights",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
    "Microsoft.VirtualMachineImages",
    "Microsoft.Web",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The test that counts comes last."""
    items.sort(key=lambda item: "test_every_operation.py" in item.nodeid)


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    """What was called."""
    return Ledger()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> RecordingEngine:
    """The engine of the cloud below: it builds and boots nothing."""
    return RecordingEngine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, engine: RecordingEngine, ledger: Ledger) -> Iterator[LocalCloud]:
    """A cloud that asks its clients to come back soon."""
    with LocalCloud(state=tmp_path_factory.mktemp("cloud") / "state", engine=engine) as cloud:
        cloud.cloud.settings.change({"retry_after_s": 0.01})
        ledger.watch(cloud)
        yield cloud


@pytest.fixture(scope="session", params=MANNERS)
def azure(request: pytest.FixtureRequest, server: LocalCloud) -> Iterator[Sdk]:
    """The SDK in one manner, with the usual namespaces registered."""
    with Sdk(server, request.param) as sdk:
        for namespace in NAMESPACES:
            sdk.resources.providers.register(namespace)
        yield sdk


@pytest.fixture
def group(azure: Sdk, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a resource group of this test's own, deleted with all that is left in it."""
    stem = re.sub(r"\W", "-", Path(request.node.name).name).strip("-")
    name = f"{stem}"[:80]
    azure.resources.resource_groups.create_or_update(name, {"location": "westeurope"})
    yield name
    azure.resources.resource_groups.begin_delete(name)
    assert not azure.resources.resource_groups.check_existence(name)


@pytest.fixture
def snapshot_id(azure: Sdk, group: str, server: LocalCloud) -> str:
    """A snapshot with a disk behind it, as a build leaves one."""
    found = f"{azure.resources.resource_groups.get(group).id}/providers/Microsoft.Compute/snapshots/seed"
    inner = {"disk": "/disk.raw", "content_digest": "sha256:0", "size_bytes": 30 * 1024**3}
    document = {"id": found, "name": "seed", "type": "Microsoft.Compute/snapshots", "location": "westeurope"}
    server.cloud.store.put(found, document | {"properties": {"provisioningState": "Succeeded"}}, internal=inner)
    return str(found)
