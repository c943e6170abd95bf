"""The sweep: all that expired goes, nothing else does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fake_wire import Answer, HandClock
from imagegate.flows.sweep import Swept, sweep
from imagegate.report.progress import Silent
from imagegate.waiting import Deadline
from smoke_azure import SMOKE, SmokeAzure

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OURS = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2026-11-21T11:00:00Z"}
NETWORK, COMPUTE = f"{SMOKE}/providers/Microsoft.Network", f"{SMOKE}/providers/Microsoft.Compute"
VM, NIC = f"{COMPUTE}/virtualMachines/smoke-1", f"{NETWORK}/networkInterfaces/smoke-1-nic"
VNET, NSG = f"{NETWORK}/virtualNetworks/smoke-1-vnet", f"{NETWORK}/networkSecurityGroups/smoke-1-nsg"


@pytest.fixture
def azure() -> SmokeAzure:
    """A smoke VM that a killed run left, and something of somebody else."""
    azure = SmokeAzure()
    azure.add(NSG, tags=OURS)
    azure.add(VNET, tags=OURS, uses=[NSG])
    azure.add(NIC, tags=OURS, uses=[VNET])
    azure.add(VM, tags=OURS, uses=[NIC])
    azure.add(f"{COMPUTE}/virtualMachines/theirs")
    return azure


def swept(azure: SmokeAzure, clock: HandClock, **options: Any) -> Swept:  # noqa: ANN401 - any option
    """Sweep with a minute's patience."""
    deadline = Deadline.after(60, clock)
    return sweep(azure.cloud(), ["rg-images-smoke"], now=NOW, deadline=deadline, progress=Silent(), **options)


def test_all_that_expired(azure: SmokeAzure) -> None:
    """Everything of ours is gone, what is used after what uses it; the rest is untouched; again finds nothing."""
    result = swept(azure, HandClock())

    assert set(result.gone) == {VM, NIC, VNET, NSG}
    assert result.left == {}
    assert azure.smoke_resources == [f"{COMPUTE}/virtualMachines/theirs"]
    assert swept(azure, HandClock()).found == ()


def test_dry_run(azure: SmokeAzure) -> None:
    """A dry run finds and deletes nothing."""
    result = swept(azure, HandClock(), dry_run=True)

    assert (len(result.found), result.gone) == (4, ())
    assert azure.count("DELETE", "/") == 0


def test_left_at_the_deadline(azure: SmokeAzure) -> None:
    """What cannot be removed is left with its reason; the rest is gone."""
    lock = Answer(status=409, body={"error": {"code": "ScopeLocked", "message": "there is a lock"}})
    azure.refusals["DELETE", "/networkSecurityGroups/"] = [lock] * 100

    result = swept(azure, HandClock())

    assert list(result.left) == [NSG]
    assert result.to_json()["resources_left"][0]["id"] == NSG
    assert set(result.gone) == {VM, NIC, VNET}


def test_templates_that_expired(azure: SmokeAzure) -> None:
    """Of the builds' own group only image templates past their expiry go: never a gallery, whatever its tags."""
    group = SMOKE.replace("rg-images-smoke", "rg-images")
    templates = f"{group}/providers/Microsoft.VirtualMachineImages/imageTemplates"
    gallery = f"{group}/providers/Microsoft.Compute/galleries/golden"
    azure.add(f"{templates}/old", tags=OURS)
    azure.add(f"{templates}/young", tags=OURS | {"imagegate-expires-at": "2026-11-21T13:00:00Z"})
    azure.add(f"{templates}/theirs", tags={"imagegate-expires-at": "2026-11-21T11:00:00Z"})
    azure.add(gallery, tags=OURS)

    result = swept(azure, HandClock(), template_groups=["rg-images"], older_than_s=0)

    assert [one for one in result.gone if one.startswith(f"{group}/")] == [f"{templates}/old"]
