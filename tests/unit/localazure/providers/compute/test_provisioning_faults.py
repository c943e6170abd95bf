"""Machines that are refused or fail because a fault was asked for, in the service's words."""

from __future__ import annotations

import pytest

from cloud_bench import Bench
from image_world import VM, make_interface, make_version, vm_body


@pytest.fixture
def body(bench: Bench) -> dict[str, object]:
    """A machine that could be made."""
    return vm_body(make_version(bench), make_interface(bench))


@pytest.mark.parametrize(
    ("fault", "status", "code", "said"),
    [
        ({"kind": "sku-not-available"}, 409, "SkuNotAvailable", "is currently not available in location 'westeurope'"),
        ({"kind": "quota-exceeded"}, 409, "OperationNotAllowed", "exceeding approved Total Regional Cores quota"),
        ({"kind": "quota-exceeded", "code": "QuotaExceeded"}, 409, "QuotaExceeded", "Current Limit: 10"),
        (
            {"kind": "disallowed-by-policy", "operation": "VirtualMachines_*", "policy": "no-machines"},
            403,
            "RequestDisallowedByPolicy",
            'Resource \'smoke\' was disallowed by policy. Policy identifiers: \'[{"policyAssignment":{"name":"no-mach',
        ),
        (
            {"kind": "rejected", "path": "/smoke$", "status": 400, "code": "Own", "message": "Mine."},
            400,
            "Own",
            "Mine.",
        ),
    ],
)
def test_refusals_leave_nothing_and_end(
    bench: Bench, body: dict[str, object], fault: dict[str, object], status: int, code: str, said: str
) -> None:
    """The machine is refused before anything is made; the next attempt is served."""
    bench.ask_for(**fault)
    error = bench.error("PUT", VM, body)
    assert (error["status"], error["code"]) == (status, code)
    assert said in error["message"]
    if code == "RequestDisallowedByPolicy":
        assert error["additionalInfo"][0]["info"]["policyDefinitionName"] == "no-machines"
    assert bench.settled("PUT", VM, body)["status"] == "Succeeded"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "allocation-failed"}, "AllocationFailed"),
        ({"kind": "allocation-failed", "code": "ZonalAllocationFailed"}, "ZonalAllocationFailed"),
        ({"kind": "os-provisioning-timed-out"}, "OSProvisioningTimedOut"),
    ],
)
def test_accepted_machines_fail_and_stay(
    bench: Bench, body: dict[str, object], fault: dict[str, object], code: str
) -> None:
    """The operation fails, the machine is there as Failed, and a second PUT makes it."""
    bench.ask_for(**fault)
    record = bench.settled("PUT", VM, body)
    assert (record["status"], record["error"]["code"]) == ("Failed", code)
    assert bench.body(VM)["properties"]["provisioningState"] == "Failed"
    bench.settled("DELETE", VM)
    assert bench("GET", VM).status == 404
