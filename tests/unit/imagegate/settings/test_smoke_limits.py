"""The verifier's limits as environment variables."""

import pytest

from imagegate.model.smoke_bounds import SmokeBounds
from imagegate.settings.smoke_limits import SmokeLimits, read_smoke_limits


def test_what_is_left_out_has_a_default() -> None:
    """Ten at once, a hundred a day, small sizes, and the internet may probe."""
    limits, faults = read_smoke_limits({})

    assert (limits, faults) == (SmokeLimits(at_once=10, per_day=100), [])
    assert limits.bounds == SmokeBounds(vm_sizes=("Standard_B*", "Standard_D2*"), allowed_source="Internet")


def test_everything_can_be_said() -> None:
    """Each variable is read."""
    limits, faults = read_smoke_limits(
        {
            "IMAGEGATE_SMOKE_VM_SIZES": "Standard_F2s_v2, Standard_E*",
            "IMAGEGATE_ALLOWED_SOURCE": " AzureCloud.westeurope ",
            "IMAGEGATE_SMOKE_VMS_AT_ONCE": "3",
            "IMAGEGATE_SMOKE_VMS_PER_DAY": "40",
        }
    )

    assert not faults
    assert limits.bounds == SmokeBounds(
        vm_sizes=("Standard_F2s_v2", "Standard_E*"), allowed_source="AzureCloud.westeurope"
    )
    assert (limits.at_once, limits.per_day) == (3, 40)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAGEGATE_SMOKE_VM_SIZES", "a b"),
        ("IMAGEGATE_ALLOWED_SOURCE", "anybody at all"),
        ("IMAGEGATE_SMOKE_VMS_AT_ONCE", "0"),
        ("IMAGEGATE_SMOKE_VMS_AT_ONCE", "many"),
        ("IMAGEGATE_SMOKE_VMS_AT_ONCE", "1000"),
        ("IMAGEGATE_SMOKE_VMS_PER_DAY", "-1"),
    ],
)
def test_faults_are_named(name: str, value: str) -> None:
    """A variable of the wrong shape is a fault with its name; a limit of none at all is one, too."""
    _, faults = read_smoke_limits({name: value})

    assert [fault.path for fault in faults] == [name]
