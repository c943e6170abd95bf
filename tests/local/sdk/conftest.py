"""One local cloud for all that the SDK does here, each test in both of the SDK's manners and in a group of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine
from sdk_bench import MANNERS, Ledger, Sdk

PLACE = {"location": "westeurope"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0sCzyNoC8Q1rxWcUqvo0iPzvcz+VFpNTAmrxIcB4Hf"
DEBIAN = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
ACCOUNT = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
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


@pytest.fixture
def nic_id(azure: Sdk, group: str) -> str:
    """A network interface."""
    network = azure.network
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.1.0/24"}}]
    made = network.virtual_networks.begin_create_or_update(
        group, "v", PLACE | {"properties": {**space, "subnets": subnets}}
    )
    configuration = {"name": "p", "properties": {"subnet": {"id": made.subnets[0].id}}}
    body = PLACE | {"properties": {"ipConfigurations": [configuration]}}
    return str(network.network_interfaces.begin_create_or_update(group, "n", body).id)


@pytest.fixture
def machine(nic_id: str) -> dict[str, Any]:
    """A machine's body."""
    keys = [{"path": "/home/imagegate/.ssh/authorized_keys", "keyData": KEY}]
    linux = {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}}
    os_disk = {"createOption": "FromImage", "deleteOption": "Delete"}
    properties = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
        "storageProfile": {"imageReference": DEBIAN, "osDisk": os_disk},
        "osProfile": {"computerName": "smoke", "adminUsername": "imagegate", "linuxConfiguration": linux},
        "networkProfile": {"networkInterfaces": [{"id": nic_id, "properties": {"deleteOption": "Delete"}}]},
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
    }
    return PLACE | {"properties": properties}


@pytest.fixture
def account(azure: Sdk, group: str) -> str:
    """The name of an account."""
    name = "st" + hashlib.sha256(group.encode()).hexdigest()[:16]
    azure.storage.storage_accounts.begin_create(group, name, ACCOUNT)
    return name
