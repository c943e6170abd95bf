"""A job tells its commit, or says why it does not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from imagegate.errors import ServiceUnreachable
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.model.commit_status import CommitStatus
from imagegate.model.github_event import GitHubEvent
from imagegate.steps import tell_commit
from imagegate.steps.tell_commit import CommitTeller

EVENT = GitHubEvent(repository="o/r", commit="a" * 40, run_id="77", run_attempt=2)


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """What would be posted; the answer is in the job's description."""
    seen: list[Mapping[str, Any]] = []

    def post(_github: GitHubStatuses, job: Mapping[str, Any]) -> dict[str, Any]:
        seen.append(job)
        if job["description"] == "unreachable":
            raise ServiceUnreachable("GitHub could not be reached.")
        return {"outcome": job["description"], "message": "the reason"}

    monkeypatch.setattr(tell_commit, "post_status", post)
    return seen


@pytest.fixture
def notes() -> list[str]:
    """What was noted."""
    return []


@pytest.fixture
def teller(notes: list[str]) -> CommitTeller:
    """A teller of a job on a branch."""
    github = GitHubStatuses(GitHubAccess())
    return CommitTeller(github=github, event=EVENT, note=notes.append, now=lambda: datetime(2026, 1, 2, tzinfo=UTC))


def test_a_status_leads_to_the_job(teller: CommitTeller, posted: list[Mapping[str, Any]], notes: list[str]) -> None:
    """The status is on the head commit, links to this attempt of the job, and carries the time of the verdict."""
    teller.tell("imagegate/build", "success", "posted")

    assert posted[0]["commit"] == "a" * 40
    assert posted[0]["target_url"] == "https://github.com/o/r/actions/runs/77/attempts/2"
    assert posted[0]["at"] == "2026-01-02T00:00:00+00:00"
    assert notes == []


def test_a_status_shows_no_secret(teller: CommitTeller, posted: list[Mapping[str, Any]]) -> None:
    """The last words of a script may hold one; a commit's statuses are read by everybody."""
    teller.tell("imagegate/build", "failure", "It said: curl https://a/b?sig=c2VjcmV0c2VjcmV0 failed")

    assert posted[0]["description"] == "It said: curl https://a/b?sig=*** failed"


@pytest.mark.parametrize(
    ("outcome", "fork", "words"),
    [
        ("read-only", True, "comes from a fork"),
        ("read-only", False, "statuses: write"),
        ("not-configured", False, "no token"),
        ("refused", False, "the reason"),
    ],
)
def test_why_not_is_said_once(
    teller: CommitTeller, posted: list[Mapping[str, Any]], notes: list[str], outcome: str, fork: bool, words: str
) -> None:
    """What no retry would change is noted once, and nothing is asked again."""
    teller.event = replace(EVENT, is_fork=fork)

    teller.tell("imagegate/build", "pending", outcome)
    teller.tell("imagegate/build", "success", outcome)

    assert len(posted) == 1
    (note,) = notes
    assert words in note


def test_github_away(teller: CommitTeller, posted: list[Mapping[str, Any]], notes: list[str]) -> None:
    """GitHub's absence fails nothing, and the next status is tried again."""
    teller.tell("imagegate/build", "pending", "unreachable")
    teller.tell("imagegate/build", "success", "posted")

    assert notes == ["the status could not be posted: GitHub could not be reached."]
    assert len(posted) == 2


def test_no_commit(teller: CommitTeller, posted: list[Mapping[str, Any]]) -> None:
    """An event without a commit has nobody to tell."""
    teller.event = replace(EVENT, commit="")

    teller.tell("imagegate/build", "pending", "posted")

    assert posted == []


@pytest.mark.parametrize(("shown", "told"), [("pending", ["error"]), ("success", []), ("error", []), ("", ["error"])])
def test_only_what_waits_is_closed(
    teller: CommitTeller,
    posted: list[Mapping[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    shown: str,
    told: list[str],
) -> None:
    """What a killed step left pending, or did not open, becomes an error; what is closed stays."""
    entry = {"context": "imagegate/build", "state": shown, "description": "x [2026-01-01T00:00:00Z]"}
    found = CommitStatus.from_github("o/r", "a" * 40, entry) if shown else None
    monkeypatch.setattr(teller.github, "of_context", lambda *_: (found,) if found else ())

    teller.close_open("imagegate/build", "Broken off.")

    assert [one["state"] for one in posted] == told


def test_a_commit_that_cannot_be_read_is_noted(
    teller: CommitTeller, posted: list[Mapping[str, Any]], notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post step goes on to clean up."""

    def unreachable(*_: str) -> tuple[CommitStatus, ...]:
        raise ServiceUnreachable("GitHub could not be reached.")

    monkeypatch.setattr(teller.github, "of_context", unreachable)

    teller.close_open("imagegate/build", "Broken off.")

    assert posted == []
    assert notes == ["the statuses of the commit cannot be read: GitHub could not be reached."]
