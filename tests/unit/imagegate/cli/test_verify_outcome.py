"""The result of verifications: exit codes, headlines, what is left, the guest's words."""

from dataclasses import replace
from typing import Any

import pytest

from imagegate.cli.verify_outcome import outcome_of, outcome_of_all
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, RegionOutcome, Verification

VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


def verification(**changes: Any) -> Verification:  # noqa: ANN401 - any field
    """A pass, but for the changes."""
    fields: dict[str, Any] = {
        "image_version_id": VERSION_ID,
        "run": "r",
        "cause": Cause.NONE,
        "reason": "It booted.",
        "teardown": TeardownResult.COMPLETE,
    }
    return Verification(**{**fields, **changes})


def test_pass() -> None:
    """A pass has no error in its document."""
    outcome = outcome_of(verification(promoted=True, promotion="Promoted."))

    assert (outcome.exit_code, outcome.headline) == (0, "Passed: golden/web/1.2.3")
    assert "error" not in outcome.document


def test_leak() -> None:
    """A leak exits 6, lists what is left and how to remove it, and keeps the verdict."""
    outcome = outcome_of(verification(teardown=TeardownResult.INCOMPLETE, left=("/nic",), cause=Cause.IMAGE))

    assert (outcome.exit_code, outcome.document["verdict"]) == (6, "failed")
    assert ("still there", "/nic") in outcome.rows
    assert any("imagegate sweep" in note for note in outcome.notes)
    assert outcome.document["resources_left"] == ["/nic"]


def test_leak_is_in_the_headline() -> None:
    """A pass with something left says so in the one line that everybody reads."""
    outcome = outcome_of(verification(teardown=TeardownResult.INCOMPLETE, left=("/nic",)))

    assert (outcome.exit_code, outcome.headline) == (6, "Passed, but 1 resource is left: golden/web/1.2.3")


@pytest.mark.parametrize(
    ("second", "exit_code"),
    [
        ({}, 0),
        ({"cause": Cause.CAPACITY}, 8),
        ({"cause": Cause.IMAGE}, 5),
        ({"teardown": TeardownResult.INCOMPLETE, "left": ("/nic",)}, 6),
    ],
)
def test_several_versions(second: dict[str, Any], exit_code: int) -> None:
    """The worst of them decides, and each is in the document."""
    outcome = outcome_of_all([verification(), verification(**second)])

    assert outcome.exit_code == exit_code
    assert [one["exit_code"] for one in outcome.document["verifications"]] == [0, exit_code]  # type: ignore[attr-defined]


def test_one_version_is_shown_as_ever() -> None:
    """A single version has no list around it."""
    assert outcome_of_all([verification()]) == outcome_of(verification())


def test_last_words_of_the_guest() -> None:
    """A failure shows the end of the serial log; no line of it can pass for a command to the runner."""
    region = RegionOutcome(
        region="westeurope",
        vm_size="Small",
        vm_name="smoke-1",
        cause=Cause.IMAGE,
        reason="refused",
        teardown=TeardownResult.COMPLETE,
        diagnostics={"serial_log_tail": "login:\n::error::hello\n   ::stop-commands::x"},
    )

    outcome = outcome_of(verification(cause=Cause.IMAGE, regions=(region,)))

    assert "  | login:" in outcome.notes
    assert not [line for line in outcome.notes if line.strip().startswith("::")]
    assert not outcome_of(verification(regions=(replace(region, cause=Cause.NONE),))).notes


def test_why_it_was_not_promoted() -> None:
    """The document and the rows of a summary say in one sentence why a version that passed is not latest."""
    sentence = "Not promoted: the build job did not sign."

    outcome = outcome_of(verification(may_promote=True, promotion=sentence))

    assert (outcome.document["promoted"], outcome.document["promotion"]) == (False, sentence)
    assert ("latest", sentence) in outcome.rows


def test_what_latest_resolves_to() -> None:
    """After a promotion what was read back stands in the document, by region."""
    sentence = "Promoted, but latest resolves to 1.2.9 (a higher version number)."

    outcome = outcome_of(verification(promoted=True, promotion=sentence, latest={"westeurope": "1.2.9"}))

    assert outcome.document["latest"] == {"westeurope": "1.2.9"}
    assert Verification.from_json(outcome.document).latest == {"westeurope": "1.2.9"}
    assert ("latest", sentence) in outcome.rows
