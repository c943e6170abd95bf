"""Commit statuses: what is written, and which of two is the newer one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.model.commit_status import (
    DESCRIPTION_LIMIT,
    CommitStatus,
    build_context,
    is_our_context,
    verify_context,
)
from imagegate.model.status_record import StatusState

_JOB: dict[str, Any] = {
    "repository": "a/b",
    "commit": "A" * 40,
    "context": "imagegate/build",
    "state": "pending",
    "description": "two\nlines",
    "target_url": "javascript:alert(1)",
    "at": "2025-06-01T12:00:00.75+02:00",
}


def test_reads_a_job() -> None:
    """In whole seconds of UTC, on one line, with a link only where it is one."""
    status = CommitStatus.from_job(_JOB)
    assert status.at == datetime(2025, 6, 1, 10, 0, 0, tzinfo=UTC)
    assert status.short_description == "two lines"
    assert (status.commit, status.target_url) == ("a" * 40, "")


def test_names_everything_that_is_not_usable() -> None:
    """All at once."""
    with pytest.raises(ValueError, match=r"repository '', commit '', context '', state '', at None"):
        CommitStatus.from_job({})


@pytest.mark.parametrize(
    ("context", "usable"),
    [
        ("imagegate/build", True),
        ("imagegate/verify (web-1.0_x)", True),
        ("imagegate/verify (two words)", False),
        ("imagegate/verify (a) (b)", False),
        ("imagegate/verify ()", False),
        ("imagegate/verify (web)\n", False),
        ("ci/build (web)", False),
    ],
)
def test_contexts_of_ours(context: str, usable: bool) -> None:
    """Both kinds, with an image's name or, as older releases wrote them, without one; nothing else."""
    assert is_our_context(context) is usable


@pytest.mark.parametrize("name", ["", "two words", "a) (b", "-x", "x" * 52, "web\n"])
def test_a_name_that_is_none_makes_no_context(name: str) -> None:
    """A tag may hold anything; then the context is the one without a name."""
    assert (build_context(name), verify_context(name)) == ("imagegate/build", "imagegate/verify")
    assert build_context("web") == "imagegate/build (web)"


@given(st.sampled_from(StatusState), st.text(st.characters(exclude_categories=["Cs", "Cc"])))
@settings(deadline=None)
def test_comes_back_from_github_as_it_was(state: StatusState, text: str) -> None:
    """Whatever the text is and however long, the record survives, and the text shows nothing of it."""
    job = _JOB | {"state": str(state), "description": text, "target_url": "https://github.com/a/b/commit/c"}
    status = CommitStatus.from_job(job)
    body = {"state": str(state), "context": status.context, "description": status.short_description}
    assert len(status.short_description) <= DESCRIPTION_LIMIT
    read = CommitStatus.from_github("a/b", status.commit, {**body, "target_url": status.link})
    assert read is not None
    assert (read.record, read.target_url) == (status.record, status.target_url)
    assert read.same_as(status)


def test_words_of_the_version_that_decides() -> None:
    """The failure keeps its words and its link though another version passed later."""
    job = _JOB | {"context": "imagegate/verify (web)", "target_url": "https://a/1", "subjects": ["v1"]}
    failed = CommitStatus.from_job(job | {"state": "failure", "description": "Failed: 503."})
    passed = CommitStatus.from_job(
        job | {"state": "success", "description": "Passed.", "subjects": ["v2"], "at": "2025-06-01T11:00:00Z"}
    )

    joined = passed.joined([failed])

    assert (joined.state, joined.description, joined.target_url) == ("failure", "Failed: 503.", "https://a/1")
    assert joined.same_as(failed.joined([passed]))


def test_words_for_several_versions() -> None:
    """While some wait the status says how many are done, and at the end that all passed."""
    job = _JOB | {"context": "imagegate/verify (web)", "target_url": "https://a/1", "subjects": ["v1", "v2"]}
    waits = CommitStatus.from_job(job)
    passed = job | {"state": "success", "description": "Passed.", "at": "2025-06-01T11:00:00Z"}

    once = CommitStatus.from_job(passed | {"subjects": ["v1"]}).joined([waits])
    twice = CommitStatus.from_job(passed | {"subjects": ["v2"]}).joined([once, waits])

    assert (once.state, once.description) == ("pending", "1 of 2 image versions is verified.")
    assert (twice.state, twice.description) == ("success", "All 2 image versions passed.")


def test_a_status_of_somebody_else_does_not_count() -> None:
    """It has no record; and a state that does not exist is not read."""
    ours = CommitStatus.from_job(_JOB)
    foreign = CommitStatus.from_github("a/b", "a" * 40, {"state": "success", "context": "x", "description": None})
    assert foreign is not None
    assert ours.joined([foreign]) == ours
    assert CommitStatus.from_github("a/b", "a" * 40, {"state": "dancing"}) is None
