"""The stamp goes into tags and comes back."""

from imagegate.model import Stamp


def test_there_and_back() -> None:
    """Known parts become tags; tag names are read without case."""
    stamp = Stamp(
        image="web",
        repository="o/r",
        commit="abc",
        ref="refs/heads/main",
        run="7",
        content_hash="f00",
        job_key="k",
        dirty=True,
    )

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
