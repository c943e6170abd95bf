"""What a status remembers in its link, and how several statuses of one context join."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagegate.model.status_record import WHOLE, Part, StatusRecord, StatusState, run_order, subject_key

_START = datetime(2026, 1, 1, tzinfo=UTC)
_PAGE = "https://github.com/o/r/actions/runs/7/attempts/1"
_PARTS = st.builds(
    Part, state=st.sampled_from(StatusState), at=st.integers(0, 500).map(lambda s: _START + timedelta(seconds=s))
)
_RECORDS = st.builds(
    StatusRecord,
    run=st.sampled_from(["", "7-1", "7-2", "8-1"]),
    parts=st.dictionaries(st.sampled_from([WHOLE, subject_key("a"), subject_key("b")]), _PARTS, min_size=1),
)


def part(state: str, second: int) -> Part:
    """A part, reached so many seconds after the start."""
    return Part(state=StatusState(state), at=_START + timedelta(seconds=second))


def record(run: str = "7-1", **parts: Part) -> StatusRecord:
    """A record of parts by subject; `whole` is the image's."""
    return StatusRecord(run=run, parts={WHOLE if key == "whole" else subject_key(key): parts[key] for key in parts})


@given(_RECORDS)
@settings(deadline=None)
def test_a_record_comes_back_from_the_link(given_record: StatusRecord) -> None:
    """Run, subjects, states and times survive, and the page of the link stays what it was."""
    found = StatusRecord.parse(f"{_PAGE}{given_record.to_fragment()}", "Fine.", StatusState.SUCCESS)

    assert found == (given_record, _PAGE, "Fine.")


def test_the_mark_of_an_older_release_is_read() -> None:
    """The time stood at the end of the description, and the run in the link."""
    found = StatusRecord.parse(_PAGE, "Built 1.2.3. [2026-01-01T00:00:05Z]", StatusState.SUCCESS)

    assert found == (record(whole=part("success", 5)), _PAGE, "Built 1.2.3.")


@pytest.mark.parametrize("link", ["", _PAGE, f"{_PAGE}#step:3", f"{_PAGE}#imagegate=", f"{_PAGE}#imagegate=1-1;x.s.1"])
def test_a_status_of_somebody_else_has_no_record(link: str) -> None:
    """Neither a fragment that is not ours nor a damaged one is taken for a record."""
    assert StatusRecord.parse(link, "Fine.", StatusState.SUCCESS) is None


@given(st.lists(_RECORDS, min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_arrival_does_not_matter(records: list[StatusRecord], random: object) -> None:
    """However statuses are shuffled and doubled, they join to the same record."""
    shuffled = [*records, *records]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert StatusRecord.joined(shuffled) == StatusRecord.joined(records)


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ((record(a=part("failure", 1)), record(b=part("success", 2))), "failure"),
        ((record(a=part("success", 1)), record(b=part("failure", 2))), "failure"),
        ((record(a=part("error", 2)), record(b=part("failure", 1))), "failure"),
        ((record(a=part("pending", 0), b=part("pending", 0)), record(a=part("success", 2))), "pending"),
        ((record(a=part("pending", 0)), record(a=part("success", 2)), record(b=part("success", 1))), "success"),
        ((record(a=part("failure", 1)), record(a=part("success", 2))), "success"),
        ((record(a=part("success", 2)), record(a=part("failure", 1))), "success"),
        ((record(a=part("pending", 2)), record(a=part("success", 2))), "success"),
    ],
)
def test_the_worst_subject_decides(records: tuple[StatusRecord, ...], state: str) -> None:
    """A pass hides no failure of another version; of one version the newest verdict counts."""
    assert StatusRecord.joined(records).decisive[1].state == state


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ((record("7-2", a=part("success", 1)), record("7-1", b=part("failure", 9))), "success"),
        ((record("7-1", a=part("failure", 9)), record("10-1", whole=part("pending", 1))), "pending"),
        ((record("7-1", a=part("pending", 1)), record("", whole=part("error", 2))), "error"),
        (
            (record("7-1", a=part("pending", 1)), record("", whole=part("error", 2)), record(a=part("success", 3))),
            "success",
        ),
        ((record(a=part("success", 1)), record(whole=part("pending", 2))), "pending"),
    ],
)
def test_the_newest_run_counts(records: tuple[StatusRecord, ...], state: str) -> None:
    """An older run is out, however late; what names no run speaks of the newest; the whole gives way to a verdict."""
    assert StatusRecord.joined(records).decisive[1].state == state


def test_the_longest_wait_is_what_waits() -> None:
    """A version without a verdict is found by its age though another one has begun since."""
    joined = StatusRecord.joined([record(a=part("pending", 1)), record(b=part("pending", 9))])

    assert joined.decisive[1] == part("pending", 1)


def test_runs_are_numbers() -> None:
    """Run 10 comes after run 9, attempt 2 after attempt 1, and what is no run before all."""
    assert sorted(["10-1", "9-2", "x", "9-10", ""], key=run_order) == ["x", "", "9-2", "9-10", "10-1"]
