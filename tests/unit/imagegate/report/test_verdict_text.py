"""The words of a verdict."""

import pytest

from imagegate.model import TeardownResult
from imagegate.model.commit_status import DESCRIPTION_LIMIT
from imagegate.model.verification import Cause, RegionOutcome, TriedPlace, Verification
from imagegate.report.verdict_text import headline_of, not_tested, status_of

DEPLOYMENT = """DeploymentFailed: At least one resource deployment operation failed. Please list deployment operations.
  Conflict: the deployment of the VM failed
    SkuNotAvailable: The requested VM size Standard_D2s_v3 is not available in location 'westeurope'."""


def verification(
    cause: Cause, *, left: int | None = None, reason: str = DEPLOYMENT, regions: tuple[RegionOutcome, ...] = ()
) -> Verification:
    """A verification that ended so; `left` resources of an incomplete teardown."""
    return Verification(
        image_version_id="/subscriptions/s",
        run="r",
        cause=cause,
        reason=reason,
        regions=regions,
        teardown=TeardownResult.COMPLETE if left is None else TeardownResult.INCOMPLETE,
        left=tuple(f"/groups/g/vm-{number}" for number in range(left or 0)),
    )


def region(*tried: tuple[str, str], vm_size: str = "B2s") -> RegionOutcome:
    """A region where these places had no capacity, and the last one neither."""
    return RegionOutcome(
        region="northeurope",
        vm_size=vm_size,
        vm_name="smoke-1",
        cause=Cause.CAPACITY,
        reason=DEPLOYMENT,
        teardown=TeardownResult.COMPLETE,
        tried=tuple(TriedPlace(region=where, vm_size=size, reason="none") for where, size in tried),
    )


def test_capacity_names_size_and_place() -> None:
    """Every place that was tried, once, and that this says nothing about the image."""
    outcome = region(("westeurope", "B2s"), ("northeurope", "B2s"))

    state, text = status_of(verification(Cause.CAPACITY, regions=(outcome,)))

    assert state == "error"
    assert text == "Inconclusive: no capacity for B2s in westeurope, northeurope; the image was not tested."


def test_quota_is_called_quota() -> None:
    """A quota can be raised, capacity cannot."""
    reason = "QuotaExceeded: Operation could not be completed as it exceeds the approved quota."

    _, text = status_of(verification(Cause.CAPACITY, reason=reason, regions=(region(),)))

    assert text == "Inconclusive: no quota for B2s in northeurope; the image was not tested."


@pytest.mark.parametrize("cause", [Cause.CAPACITY, Cause.SERVICE, Cause.UNUSABLE])
def test_the_innermost_cause_is_named(cause: Cause) -> None:
    """Not the deployment that wraps it."""
    _, text = status_of(verification(cause))

    assert text.startswith("Inconclusive: SkuNotAvailable: The requested VM size")
    assert "Please list" not in text


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("left", [None, 1, 40])
def test_every_text_fits(cause: Cause, left: int | None) -> None:
    """However long the cause is, the text is within GitHub's limit and begins with the verdict."""
    found = verification(cause, left=left, reason="x" * 500)

    _, text = status_of(found)

    assert len(text) <= DESCRIPTION_LIMIT
    assert text.removeprefix("⚠️ ").startswith(found.verdict.capitalize())


@pytest.mark.parametrize(
    ("cause", "left", "headline"),
    [
        (Cause.NONE, None, "Passed"),
        (Cause.NONE, 1, "Passed, but 1 resource is left"),
        (Cause.IMAGE, 2, "Failed, but 2 resources are left"),
        (Cause.NONE, 0, "Passed, but the teardown is incomplete"),
    ],
)
def test_headline(cause: Cause, left: int | None, headline: str) -> None:
    """An incomplete teardown is in the headline, in the right number."""
    assert headline_of(verification(cause, left=left)) == headline


def test_a_leak_is_never_green() -> None:
    """The status is an error with a warning sign, and names what is left."""
    assert status_of(verification(Cause.NONE, left=1)) == ("error", "⚠️ Passed, but 1 resource is left: vm-0")


def test_a_tested_image_is_not_called_untested() -> None:
    """A failure says what the image did."""
    assert status_of(verification(Cause.IMAGE, reason="GET /: 503.\nThe body begins: x"))[1] == "Failed: GET /: 503."


def test_words_keep_their_capitals() -> None:
    """Only an ordinary first word is written small after the colon."""
    assert not_tested("AADSTS700016: no").startswith("Inconclusive: AADSTS700016")
    assert not_tested("The login.") == "Inconclusive: the login; the image was not tested."
