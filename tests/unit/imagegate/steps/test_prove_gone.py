"""What a run's tag still shows."""

from imagegate.steps.prove_gone import RUN_TAG, prove_gone
from smoke_azure import SMOKE, SmokeAzure

NIC = f"{SMOKE}/providers/Microsoft.Network/networkInterfaces/smoke-1-nic"
JOB = {"resource_group": "rg-images-smoke", "run": "r1"}
OURS = {"imagegate-owner": "imagegate", RUN_TAG: "r1"}


def test_nothing_left() -> None:
    """An empty group holds nothing of the run."""
    assert prove_gone(SmokeAzure().cloud(), JOB) == {"left": []}


def test_left() -> None:
    """What carries the run's tag is left, deployments included; other runs and other owners are not."""
    azure = SmokeAzure()
    azure.add(NIC, tags=OURS)
    azure.add(f"{NIC}-2", tags={**OURS, RUN_TAG: "r2"})
    azure.add(f"{NIC}-3", tags={RUN_TAG: "r1"})
    deployment = f"{SMOKE}/providers/Microsoft.Resources/deployments/smoke-1"
    azure.deployments["smoke-1"] = {"id": deployment, "tags": OURS, "properties": {"provisioningState": "Failed"}}

    assert prove_gone(azure.cloud(), JOB) == {"left": [NIC, deployment]}


def test_list_that_lags_behind() -> None:
    """What the list still shows and is not there does not count."""
    azure = SmokeAzure(ghosts=[{"id": NIC, "tags": OURS}])

    assert prove_gone(azure.cloud(), JOB) == {"left": []}


def test_unknown_type_counts() -> None:
    """A type that we cannot ask for counts as left: better a wrong alarm than a leak."""
    azure = SmokeAzure()
    odd = f"{SMOKE}/providers/Microsoft.Odd/things/one"
    azure.add(odd, tags=OURS)

    assert prove_gone(azure.cloud(), JOB) == {"left": [odd]}
