"""Faults that are still to come: which call meets which, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.control import fault
from localazure.control.fault import Call
from localazure.control.faults import Faults

RUN = Call(method="POST", path="/x/imageTemplates/t/run", operation="VirtualMachineImageTemplates_Run")
PUT_VM = Call(method="PUT", path="/x/VM", operation="VirtualMachines_CreateOrUpdate")


def _faults(*documents: dict[str, Any], seed: int = 0) -> Faults:
    faults = Faults(seed)
    faults.add(fault.read(document) for document in documents)
    return faults


def _statuses(faults: Faults, call: Call, calls: int) -> list[int]:
    met = [faults.due(call, "wire") for _ in range(calls)]
    return [due.fault.status if due else 200 for due in met]


def test_faults_happen_in_order_and_end() -> None:
    """Each as often as it says, for the method and path that it names."""
    faults = _faults(
        {"path": "/vm$", "status": 500, "times": 2, "method": "put"}, {"path": "/vm", "status": 409, "code": "Conflict"}
    )
    assert _statuses(faults, PUT_VM, 5) == [500, 500, 409, 200, 200]


def test_a_fault_is_meant_for_an_operation_by_name() -> None:
    """The name of docs/coverage.md, with `*` for any part of it."""
    faults = _faults({"kind": "unavailable", "operation": "*Templates_run", "times": "always"})
    assert _statuses(faults, PUT_VM, 1) == [200]
    assert _statuses(faults, RUN, 3) == [503, 503, 503]


def test_calls_may_pass_first() -> None:
    """`skip` lets the first calls through."""
    assert _statuses(_faults({"kind": "internal-error", "path": "run", "skip": 2}), RUN, 4) == [200, 200, 500, 200]


def test_chance_repeats_itself() -> None:
    """The same seed gives the same row of faults, another seed another one."""
    document = {"kind": "throttled", "path": "run", "probability": 0.5, "times": "always"}
    first = _statuses(_faults(document, seed=7), RUN, 40)
    assert first == _statuses(_faults(document, seed=7), RUN, 40)
    assert first != _statuses(_faults(document, seed=8), RUN, 40)
    assert {200, 429} == set(first)


def test_chances_are_independent() -> None:
    """What one fault drew does not depend on the calls that another met."""
    document = {"kind": "throttled", "path": "run", "probability": 0.5, "times": "always"}
    other = {"kind": "throttled", "path": "vm", "probability": 0.5, "times": "always"}
    alone, mixed = _faults(document, other), _faults(document, other)
    _statuses(mixed, PUT_VM, 5)
    assert _statuses(alone, RUN, 20) == _statuses(mixed, RUN, 20)


def test_background_work_names_its_kind_and_region() -> None:
    """A fault of one region leaves the others alone, however the region is spelled."""
    faults = _faults({"kind": "replication-failed", "region": "West US 2"})
    version = Call(method="PUT", path="/v", operation="GalleryImageVersions_CreateOrUpdate")
    assert faults.due(version, "inside", kind="stuck-canceling") is None
    assert faults.due(version, "inside", kind="replication-failed", region="westeurope") is None
    assert faults.due(version, "inside", kind="replication-failed", region="westus2") is not None


def test_what_was_asked_for_can_be_read() -> None:
    """How often each has happened and still will; clearing lets go of what waits."""
    faults = _faults({"kind": "unavailable", "path": "run", "times": 3})
    due = faults.due(RUN, "wire")
    shown = {"kind": "unavailable", "operation": "*", "method": "*", "path": "run", "happened": 1, "left": 2}
    assert faults.document() == {"seed": 0, "faults": [shown]}
    faults.clear(seed=3)
    assert faults.document() == {"seed": 3, "faults": []}
    assert due is not None
    assert due.released.is_set()


@pytest.mark.parametrize("times", [0, "always"])
def test_times_may_be_none_or_always(times: object) -> None:
    """A fault that never happens, and one that never ends."""
    expected = [200] * 3 if times == 0 else [503] * 3
    assert _statuses(_faults({"kind": "unavailable", "path": "run", "times": times}), RUN, 3) == expected
