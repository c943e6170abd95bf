"""A machine's creation that fails after it was accepted, because a fault was asked for."""

from __future__ import annotations

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.control.fault import Call
from localazure.providers.compute.guest import timed_out

_GUIDANCE = "Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance"
_SENTENCES = {
    "AllocationFailed": "Allocation failed. We do not have sufficient capacity for the requested VM size in this "
    f"region. {_GUIDANCE}",
    "ZonalAllocationFailed": "Allocation failed. We do not have sufficient capacity for the requested VM size in this "
    f"zone. {_GUIDANCE}",
    "OverconstrainedAllocationRequest": "Allocation failed. VM(s) with the following constraints cannot be allocated, "
    "because the condition is too restrictive. Please remove some constraints and try again. Constraints applied are:"
    "\n  - VM Size\n",
}


def refuse_allocation(cloud: Cloud, vm_id: ResourceId) -> None:
    """Raise what a machine ends with for which there is no place."""
    due = cloud.faults.due(_creation(vm_id), "inside", kind="allocation-failed")
    if due is not None:
        code = due.fault.code
        raise ArmError(409, code, _SENTENCES.get(code, _SENTENCES["AllocationFailed"]))


def time_out(cloud: Cloud, vm_id: ResourceId) -> None:
    """Raise what a machine ends with whose guest does not report, although it runs."""
    if cloud.faults.due(_creation(vm_id), "inside", kind="os-provisioning-timed-out") is not None:
        raise timed_out(vm_id.name)


def _creation(vm_id: ResourceId) -> Call:
    return Call(method="PUT", path=vm_id.text, operation="VirtualMachines_CreateOrUpdate")
