"""Commit statuses: what is written, and which of two is the newer one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.model.commit_status import DESCRIPTION_LIMIT, CommitStatus, StatusState

_JOB: dict[str, Any] = {
    "repository": "a/b",
    "commit": "A" * 40,
    "context": "imagegate/build",
    "state": "pending",
    "description": "two\nlines",
    "target_url": "javascript:alert(1)",
    "at": "2025-06-01T12:00:00.75+02:00",
}
_MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_STATUSES = st.builds(
    CommitStatus,
    repository=st.just("a/b"),
    commit=st.just("a" * 40),
    context=st.just("imagegate/build"),
    state=st.sampled_from(StatusState),
    description=st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    at=_MOMENTS.map(lambda at: at.replace(microsecond=0)),
)


def test_reads_a_job() -> None:
    """In whole seconds of UTC, on one line, with a link only where it is one."""
    status = CommitStatus.from_job(_JOB)
    assert status.at == datetime(2025, 6, 1, 10, 0, 0, tzinfo=UTC)
    assert status.told_description == "two lines [2025-06-01T10:00:00Z]"
    assert (status.commit, status.target_url) == ("a" * 40, "")


def test_names_everything_that_is_not_usable() -> None:
    """All at once."""
    with pytest.raises(ValueError, match=r"repository '', commit '', context '', state '', at None"):
        CommitStatus.from_job({})


@given(_STATUSES)
@settings(deadline=None)
def test_comes_back_from_github_as_it_was(status: CommitStatus) -> None:
    """The time survives in the description, whatever the text is and however long."""
    body = {"state": str(status.state), "context": status.context, "description": status.told_description}
    assert len(status.told_description) <= DESCRIPTION_LIMIT
    read = CommitStatus.from_github("a/b", status.commit, {**body, "target_url": None})
    assert read is not None
    assert read.order == status.order
    assert read.same_as(status)


@given(_STATUSES, _STATUSES)
@settings(deadline=None)
def test_the_later_verdict_is_the_newer_one(one: CommitStatus, other: CommitStatus) -> None:
    """By time; of one second, by weight, so that pending never covers a verdict."""
    if one.at != other.at:
        assert one.at is not None
        assert other.at is not None
        assert (one.order > other.order) is (one.at > other.at)
    else:
        assert (one.order > other.order) is (one.state.weight > other.state.weight)


def test_a_status_of_somebody_else_is_older_than_any_of_ours() -> None:
    """It has no mark; and what has a state that nobody knows is not read."""
    ours = CommitStatus.from_job(_JOB)
    foreign = CommitStatus.from_github("a/b", "a" * 40, {"state": "success", "context": "x", "description": None})
    assert foreign is not None
    assert foreign.order < ours.order
    assert CommitStatus.from_github("a/b", "a" * 40, {"state": "dancing"}) is None
    assert ours.at is not None
    assert ours.at - timedelta(days=1) > datetime.min.replace(tzinfo=UTC)
