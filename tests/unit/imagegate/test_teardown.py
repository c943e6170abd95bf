"""The ledger undoes what was recorded, whatever else goes wrong."""

import pytest

from fake_wire import HandClock
from imagegate.errors import BuildFailed, LeftoversAfterError, TeardownIncomplete
from imagegate.teardown import Ledger
from imagegate.waiting import Deadline


def _ledger(clock: HandClock) -> Ledger:
    return Ledger(clock=clock, deadline_s=60)


def _story(ledger: Ledger, error: Exception | None = None) -> None:
    """A story inside the ledger, which ends well or with an error."""
    with ledger:
        if error is not None:
            raise error


def _refuse(_deadline: Deadline) -> None:
    raise RuntimeError("the lock is on")


def test_undone_in_reverse(clock: HandClock) -> None:
    """What came last goes first."""
    undone: list[str] = []

    ledger = _ledger(clock)
    ledger.record("network", lambda _deadline: undone.append("network"), by_hand="-")
    ledger.record("machine", lambda _deadline: undone.append("machine"), by_hand="-")

    _story(ledger)

    assert undone == ["machine", "network"]


def test_a_failure_does_not_keep_the_others(clock: HandClock) -> None:
    """Everything is tried, and what is left is named with how to remove it."""
    undone: list[str] = []

    ledger = _ledger(clock)
    ledger.record("network", lambda _deadline: undone.append("network"), by_hand="-")
    ledger.record("machine", _refuse, by_hand="az vm delete -n machine")

    with pytest.raises(TeardownIncomplete) as caught:
        _story(ledger)

    assert undone == ["network"]
    assert caught.value.leftovers == ("machine",)
    assert "machine: the lock is on\n    remove it with: az vm delete -n machine" in str(caught.value)


def test_the_first_error_is_told_first(clock: HandClock) -> None:
    """When the story failed and the undoing too, both are told; the story's error is the cause."""
    first = BuildFailed("The build failed.", ids={"resource": "/t"})

    ledger = _ledger(clock)
    ledger.record("machine", _refuse, by_hand="-")

    with pytest.raises(LeftoversAfterError) as caught:
        _story(ledger, first)

    assert caught.value.__cause__ is first
    assert caught.value.message.startswith("The build failed.\n\nBesides, something of ours is still there:")
    assert (caught.value.exit_code, caught.value.ids) == (6, {"resource": "/t"})


def test_the_error_stays_when_undoing_works(clock: HandClock) -> None:
    """An error of the story leaves the block as it is when nothing is left."""
    ledger = _ledger(clock)
    ledger.record("machine", lambda _deadline: None, by_hand="-")

    with pytest.raises(BuildFailed, match="no"):
        _story(ledger, BuildFailed("no"))


def test_an_interruption_while_undoing_does_not_stop_it(clock: HandClock) -> None:
    """A second Ctrl-C in the middle of the undoing costs one entry, not the rest."""
    undone: list[str] = []

    def interrupted(_deadline: Deadline) -> None:
        raise KeyboardInterrupt

    ledger = _ledger(clock)
    ledger.record("network", lambda _deadline: undone.append("network"), by_hand="-")
    ledger.record("machine", interrupted, by_hand="-")

    failures = ledger.unwind()

    assert (undone, [failure.entry.name for failure in failures]) == (["network"], ["machine"])
    assert "machine: KeyboardInterrupt" in str(failures[0])


def test_what_is_forgotten_is_not_undone(clock: HandClock) -> None:
    """An entry that was taken out stays as it is; unwinding twice undoes once."""
    undone: list[str] = []
    ledger = _ledger(clock)
    kept = ledger.record("kept", lambda _deadline: undone.append("kept"), by_hand="-")
    ledger.record("gone", lambda _deadline: undone.append("gone"), by_hand="-")

    ledger.forget(kept)
    ledger.unwind()
    ledger.unwind()

    assert undone == ["gone"]


def test_all_undoing_shares_one_deadline(clock: HandClock) -> None:
    """The deadline counts from the begin of the unwinding, whatever the first entries take."""
    left: list[float] = []

    def slow(deadline: Deadline) -> None:
        left.append(deadline.remaining_s)
        clock.sleep(40)

    ledger = _ledger(clock)
    for name in ("a", "b", "c"):
        ledger.record(name, slow, by_hand="-")

    ledger.unwind()

    assert left == [60, 20, 0]
