"""Faults that a test asks for."""

from __future__ import annotations

import pytest

from localazure.arm.errors import ArmError
from localazure.control import Faults


def test_faults_happen_in_order_and_end() -> None:
    """Each as often as it says, for the method and path that it names."""
    faults = Faults()
    faults.add({"path": "/vm$", "status": 500, "times": 2, "method": "put"})
    faults.add({"path": "/vm", "status": 409, "code": "Conflict"})
    statuses = []
    for _ in range(4):
        try:
            faults.raise_due("PUT", "/x/VM")
        except ArmError as error:
            statuses.append(error.status)
    assert statuses == [500, 500, 409]


@pytest.mark.parametrize(
    "document", [{}, {"path": "x"}, {"path": "(", "status": 500}, {"path": "x", "status": "many"}, {"status": 500}]
)
def test_what_is_no_fault_is_told(document: dict[str, object]) -> None:
    """InvalidFault, instead of a fault that never happens."""
    with pytest.raises(ArmError, match="InvalidFault"):
        Faults().add(document)
