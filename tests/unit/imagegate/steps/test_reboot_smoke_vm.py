"""A restart is asked for once, and is over when the operation says so and the machine runs."""

import pytest

from fake_wire import SUBSCRIPTION, Answer
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps.reboot_smoke_vm import await_reboot, reboot_smoke_vm
from smoke_azure import SMOKE, SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)
JOB = {"vm": VM.to_json()}
BEFORE, AFTER = "2026-11-30T10:00:00.1+00:00", "2026-11-30T10:01:00.1+00:00"
OPERATION = f"{SMOKE}/providers/Microsoft.Compute/operations/restart"

_REFUSED = Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no operations/read"}})


@pytest.fixture
def azure() -> SmokeAzure:
    """A smoke VM that runs."""
    azure = SmokeAzure()
    statuses = [{"code": "ProvisioningState/succeeded", "time": BEFORE}, {"code": "PowerState/running"}]
    azure.add(VM.id.text, provisioningState="Succeeded", instanceView={"statuses": statuses})
    return azure


def set_power(azure: SmokeAzure, state: str, *, provisioned_at: str = BEFORE) -> None:
    """The machine's power state becomes this."""
    statuses = [{"code": "ProvisioningState/succeeded", "time": provisioned_at}, {"code": f"PowerState/{state}"}]
    azure.resources[VM.id.text.lower()]["properties"]["instanceView"] = {"statuses": statuses}


def test_restart(azure: SmokeAzure) -> None:
    """The operation's address comes back without the host, and is followed."""
    cloud = azure.cloud()

    begun = reboot_smoke_vm(cloud, JOB)

    assert begun == {"operation": f"{OPERATION}?api-version=2024-07-01&t=1", "before": BEFORE}
    assert await_reboot(cloud, {**JOB, **begun}) == {"ended": True, "reason": None, "seen_down": False}


def test_second_delivery_during_the_restart(azure: SmokeAzure) -> None:
    """While the machine restarts, a second delivery asks for no other restart, and waits for this one."""
    cloud = azure.cloud()
    reboot_smoke_vm(cloud, JOB)
    set_power(azure, "starting")

    again = reboot_smoke_vm(cloud, JOB)

    assert again == {"operation": None}
    assert azure.count("POST", "/restart") == 1
    assert await_reboot(cloud, {**JOB, **again})["ended"] is False
    set_power(azure, "running")
    assert await_reboot(cloud, {**JOB, **again})["ended"] is True


def test_conflict(azure: SmokeAzure) -> None:
    """A restart that Azure says goes on already is waited for."""
    conflict = Answer(status=409, body={"error": {"code": "Conflict", "message": "busy"}})
    azure.refusals["POST", "/restart"] = [conflict]

    assert reboot_smoke_vm(azure.cloud(), JOB) == {"operation": None, "before": BEFORE}


def test_still_running_operation(azure: SmokeAzure) -> None:
    """The machine's looks do not count while the operation goes on: at first they are those of before."""
    cloud = azure.cloud()
    begun = reboot_smoke_vm(cloud, JOB)
    azure.resources[OPERATION.lower()]["status"] = "InProgress"

    assert await_reboot(cloud, {**JOB, **begun}) == {"ended": False}


def test_failed_operation(azure: SmokeAzure) -> None:
    """A restart that failed is told with the service's reason."""
    cloud = azure.cloud()
    begun = reboot_smoke_vm(cloud, JOB)
    azure.resources[OPERATION.lower()] |= {"status": "Failed", "error": {"code": "Oops", "message": "no host"}}

    assert await_reboot(cloud, {**JOB, **begun})["reason"] == "the restart ended in Failed: Oops: no host"


def test_vm_gone(azure: SmokeAzure) -> None:
    """A machine that is gone will not come back."""
    azure.resources.clear()

    assert await_reboot(azure.cloud(), {**JOB, "operation": None})["reason"] == "the VM is gone"


def test_operation_that_is_not_ours_to_read(azure: SmokeAzure) -> None:
    """Without rights on the subscription the VM itself proves its restart: an operation on it ended since."""
    cloud = azure.cloud()
    begun = reboot_smoke_vm(cloud, JOB)
    azure.refusals["GET", "/operations/restart"] = [_REFUSED] * 3

    assert await_reboot(cloud, {**JOB, **begun})["ended"] is False, "it looks as before"
    set_power(azure, "running", provisioned_at=AFTER)
    assert await_reboot(cloud, {**JOB, **begun})["ended"] is True


def test_seen_down(azure: SmokeAzure) -> None:
    """A VM that was seen down and runs again has restarted, whatever its times say."""
    cloud = azure.cloud()
    begun = reboot_smoke_vm(cloud, JOB)
    azure.refusals["GET", "/operations/restart"] = [_REFUSED] * 3
    set_power(azure, "starting")

    looked = await_reboot(cloud, {**JOB, **begun})

    assert looked == {"ended": False, "reason": None, "seen_down": True}
    set_power(azure, "running")
    assert await_reboot(cloud, {**JOB, **begun, "seen_down": True})["ended"] is True
