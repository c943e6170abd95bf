"""The stamp goes into tags and comes back."""

from dataclasses import replace

import pytest

from imagegate.model import Stamp


def test_there_and_back() -> None:
    """Known parts become tags; tag names are read without case."""
    stamp = Stamp(repository="o/r", commit="abc", ref="refs/heads/main", run="7", content_hash="f00")

    assert Stamp.from_tags({name.upper(): value for name, value in stamp.to_tags().items()}) == stamp


def test_unknown_parts_leave_no_tag() -> None:
    """Azure refuses empty tags in places; what is unknown is not written."""
    assert Stamp(commit="abc").to_tags() == {"imagegate-commit": "abc"}
    assert Stamp.from_tags(None) == Stamp()


def test_values_are_cut_at_the_limit() -> None:
    """A ref of any length fits."""
    assert len(Stamp(ref="r" * 999).to_tags()["imagegate-ref"]) == 256


def test_same_source() -> None:
    """Two stamps are of one source when repository and commit agree, in any spelling."""
    assert Stamp(repository="O/R", commit="ABC", run="1").same_source(Stamp(repository="o/r", commit="abc", run="2"))
    assert not Stamp(repository="o/r", commit="abc").same_source(Stamp(repository="o/r", commit="abd"))


@pytest.mark.parametrize(
    ("run", "commit", "same"),
    [("77-2", "c", True), ("77-1", "c", True), ("78-1", "c", False), ("77-2", "d", False), ("", "c", False)],
)
def test_attempts_of_one_job(run: str, commit: str, same: bool) -> None:
    """Attempts of one run of a workflow on one commit are one job; outside of jobs nothing is."""
    stamp = Stamp(repository="o/r", commit="c", ref="refs/heads/main", run="77-1", content_hash="h")

    assert stamp.same_job(replace(stamp, run=run, commit=commit)) is same
    assert not replace(stamp, run="").same_job(replace(stamp, run=""))
