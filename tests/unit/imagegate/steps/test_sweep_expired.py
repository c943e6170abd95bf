"""What a sweep finds, and how it takes it away."""

from datetime import UTC, datetime

import pytest

from fake_wire import Answer
from imagegate.model import ResourceId
from imagegate.steps.sweep_expired import find_expired, sweep_expired
from smoke_azure import SMOKE, SmokeAzure

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OURS = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2026-11-21T11:00:00Z"}
NETWORK, COMPUTE = f"{SMOKE}/providers/Microsoft.Network", f"{SMOKE}/providers/Microsoft.Compute"


def found(azure: SmokeAzure, older_than_s: int | None = None) -> list[str]:
    """Names of what is found."""
    listed = find_expired(azure.cloud(), "rg-images-smoke", now=NOW, older_than_s=older_than_s)
    return [one.id.name for one in listed]


def test_order() -> None:
    """What uses others comes before them, deployments last."""
    azure = SmokeAzure()
    for resource_id in (
        f"{NETWORK}/networkSecurityGroups/nsg",
        f"{NETWORK}/virtualNetworks/vnet",
        f"{NETWORK}/networkInterfaces/nic",
        f"{COMPUTE}/virtualMachines/vm",
    ):
        azure.add(resource_id, tags=OURS)
    azure.deployments["d"] = {"id": f"{SMOKE}/providers/Microsoft.Resources/deployments/d", "tags": OURS}

    assert found(azure) == ["vm", "nic", "vnet", "nsg", "d"]


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"imagegate-expires-at": "2020-01-01T00:00:00Z"},
        {"imagegate-owner": "somebody", "imagegate-expires-at": "2020-01-01T00:00:00Z"},
        {"imagegate-owner": "imagegate"},
        {"imagegate-owner": "imagegate", "imagegate-expires-at": "soon"},
        {"imagegate-owner": "imagegate", "imagegate-expires-at": "2026-11-21T13:00:00Z"},
    ],
)
def test_not_found(tags: dict[str, str]) -> None:
    """Without our tag, or before its end, nothing is found, however old."""
    azure = SmokeAzure()
    azure.add(f"{COMPUTE}/virtualMachines/vm", tags=tags)

    assert found(azure) == []


def test_tag_names_in_any_case() -> None:
    """Azure compares the names of tags without case, and so do we."""
    azure = SmokeAzure()
    tags = {"Imagegate-Owner": "imagegate", "IMAGEGATE-EXPIRES-AT": "2026-11-21T11:00:00+00:00"}
    azure.add(f"{COMPUTE}/virtualMachines/vm", tags=tags)

    assert found(azure) == ["vm"]


def test_older_than() -> None:
    """By age, the list's or the tag's, only what is ours is found, expired or not; what tells no age stays."""
    azure = SmokeAzure()
    fresh = {**OURS, "imagegate-expires-at": "2026-11-21T13:00:00Z"}
    azure.add(f"{COMPUTE}/virtualMachines/old", tags=fresh)["createdTime"] = "2026-11-21T09:00:00Z"
    azure.add(f"{COMPUTE}/virtualMachines/new", tags=fresh)["createdTime"] = "2026-11-21T11:30:00Z"
    told = {**fresh, "imagegate-created-at": "2026-11-21T09:00:00Z"}
    azure.add(f"{COMPUTE}/virtualMachines/tagged", tags=told)
    azure.add(f"{COMPUTE}/virtualMachines/ageless", tags=fresh)
    azure.add(f"{COMPUTE}/virtualMachines/foreign")["createdTime"] = "2020-11-21T09:00:00Z"

    assert found(azure, older_than_s=7200) == ["old", "tagged"]


def test_no_such_group() -> None:
    """Where there is no such group there is nothing to sweep."""
    azure = SmokeAzure()
    missing = Answer(status=404, body={"error": {"code": "ResourceGroupNotFound", "message": "no"}})
    azure.refusals["GET", "/resources"] = [missing]

    assert found(azure) == []


def test_taken_away() -> None:
    """Asked again it is gone; refusals are reasons, not errors."""
    azure = SmokeAzure()
    vm = ResourceId(f"{COMPUTE}/virtualMachines/vm")
    azure.add(vm.text, tags=OURS)
    body = {"error": {"code": "ScopeLocked", "message": "there is a lock"}}
    azure.refusals["DELETE", "/virtualMachines/"] = [Answer(status=403, body=body)]
    cloud = azure.cloud()

    assert "lock" in (sweep_expired(cloud, vm) or "")
    assert sweep_expired(cloud, vm) == "its deletion was accepted"
    assert sweep_expired(cloud, vm) is None


def test_type_that_we_do_not_know() -> None:
    """A type that we never make is left, and told."""
    assert "does not know" in (sweep_expired(SmokeAzure().cloud(), ResourceId(f"{SMOKE}/providers/A.B/c/d")) or "")


def test_one_verification() -> None:
    """By the tag of a verification exactly its resources are found, expired or not, and of ours alone."""
    azure = SmokeAzure()
    fresh = {**OURS, "imagegate-expires-at": "2026-11-21T13:00:00Z"}
    azure.add(f"{COMPUTE}/virtualMachines/mine", tags={**fresh, "imagegate-smoke-run": "77-abc"})
    azure.add(f"{COMPUTE}/virtualMachines/other", tags={**OURS, "imagegate-smoke-run": "78-abc"})
    azure.add(f"{COMPUTE}/virtualMachines/foreign", tags={"imagegate-smoke-run": "77-abc"})

    listed = find_expired(azure.cloud(), "rg-images-smoke", now=NOW, run="77-abc")

    assert [one.id.name for one in listed] == ["mine"]
