"""`imagegate promote` and `imagegate quarantine`: what they take, how they end."""

import json
from datetime import UTC, datetime

import pytest

from imagegate.cli.decision import REASON_LIMIT, outcome_of
from imagegate.cli.program import run_program
from imagegate.model.latest_version import LatestVersion
from imagegate.model.persons_decision import DecisionResult
from imagegate.model.version_record import Standing, VersionRecord

VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _result(command: str, *, changes: tuple[str, ...], dry_run: bool = False) -> DecisionResult:
    was = VersionRecord(image_version_id=VERSION_ID.lower(), published_at=NOW)
    return DecisionResult(
        command=command,
        was=was,
        record=was.changed(Standing.PROMOTED, by="user ada", reason="CHG-1", now=NOW),
        changes=changes,
        dry_run=dry_run,
        latest=LatestVersion(by_region={"westeurope": "1.2.3"}),
        sentence="Promoted: latest resolves to it.",
        warnings=("It was not verified: no record has a verdict.",),
    )


@pytest.mark.parametrize("command", ["promote", "quarantine"])
def test_all_faults_at_once(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong id and an empty reason are told together, before anything is asked."""
    assert run_program([command, "1.2.3", "--reason", " ", "--json"]) == 2

    faults = json.loads(capsys.readouterr().out)["error"]["faults"]
    assert [fault["path"] for fault in faults] == ["VERSION_ID", "--reason"]


@pytest.mark.parametrize("command", ["promote", "quarantine"])
def test_a_reason_is_needed(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a reason nobody decides; a text without end is none."""
    assert run_program([command, VERSION_ID]) == 2
    assert "--reason" in capsys.readouterr().err
    assert run_program([command, VERSION_ID, "--reason", "x" * (REASON_LIMIT + 1)]) == 2
    assert f"at most {REASON_LIMIT}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "dry_run", "headline"),
    [
        (("record: recorded -> promoted",), False, "Promoted: golden/web/1.2.3"),
        (
            ("record: recorded -> promoted",),
            True,
            "Would be promoted: golden/web/1.2.3 (dry run, nothing was written)",
        ),
        ((), False, "Already promoted by user ada since 2026-11-21T09:00:00Z: golden/web/1.2.3"),
        ((), True, "Already promoted by user ada since 2026-11-21T09:00:00Z: golden/web/1.2.3"),
    ],
)
def test_the_headline(changes: tuple[str, ...], dry_run: bool, headline: str) -> None:
    """It says what was done, what would be done, or that nothing was to do; all of them end well."""
    outcome = outcome_of(_result("promote", changes=changes, dry_run=dry_run))

    assert (outcome.headline, outcome.exit_code) == (headline, 0)


def test_shown_as_a_decision() -> None:
    """Who decided stands there as such, with the reason, what latest resolves to, and the warnings."""
    outcome = outcome_of(_result("promote", changes=("record: recorded -> promoted",)))

    assert ("by", "user ada (a decision, no proof)") in outcome.rows
    assert ("reason", "CHG-1") in outcome.rows
    assert ("latest", "Promoted: latest resolves to it.") in outcome.rows
    assert outcome.warnings == ("It was not verified: no record has a verdict.",)
    assert outcome.document["latest"] == {"westeurope": "1.2.3"}
    assert outcome.document["changed"] is True
