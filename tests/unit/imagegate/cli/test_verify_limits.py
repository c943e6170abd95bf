"""The limits of a command that verifies."""

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.cli.verify_limits import limits_of, smoke_limits
from imagegate.errors import InputError
from imagegate.settings.smoke_limits import SmokeLimits

FOUNDATION = ".*/deployments/imagegate-foundation"
RECORDS = "https://x.example/records"


def test_variables() -> None:
    """The Function's variables hold for a command, too; a misshapen one is bad input."""
    assert smoke_limits({"IMAGEGATE_SMOKE_VMS_AT_ONCE": "2"}).at_once == 2
    with pytest.raises(InputError, match="IMAGEGATE_SMOKE_VM_SIZES"):
        smoke_limits({"IMAGEGATE_SMOKE_VM_SIZES": "a b"})


def test_counts_with_all_others(wire: Wire) -> None:
    """With a container of records the command waits for a place, and its principal need not be able to count."""
    outputs = {"recordsContainerUrl": {"type": "string", "value": RECORDS}}
    wire.on("GET", FOUNDATION, Answer(body={"properties": {"provisioningState": "Succeeded", "outputs": outputs}}))

    job = limits_of(cloud_on(wire), "rg", SmokeLimits())

    assert job["records_container"] == job["limits"]["records_container"] == RECORDS
    assert (job["limits"]["optional"], job["limits"]["wait_s"], job["limits"]["at_once"]) == (True, 1800, 10)
    assert job["bounds"]["vm_sizes"] == ["Standard_B*", "Standard_D2*"]


@pytest.mark.parametrize("status", [404, 403])
def test_without_a_foundation(wire: Wire, status: int) -> None:
    """Where there is no container, or it may not be looked for, the bounds hold and nothing is counted."""
    wire.on("GET", FOUNDATION, Answer(status=status, body={"error": {"code": "X", "message": "no"}}))

    job = limits_of(cloud_on(wire), "rg", SmokeLimits())

    assert set(job) == {"bounds", "allowed_source"}
