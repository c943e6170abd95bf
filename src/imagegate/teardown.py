"""The ledger of what was created and how it is undone.

The undo is recorded before the create, because a create that timed out may still have created; so an undo must be
idempotent and take "not there" for done. A failure while undoing never replaces the error that led here, and never
passes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from imagegate.errors import ImageGateError, LeftoversAfterError, TeardownIncomplete
from imagegate.waiting import Clock, Deadline

Undo = Callable[[Deadline], None]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that may exist: its name for people, how to undo it, and how a person would."""

    name: str
    undo: Undo
    by_hand: str


@dataclass(frozen=True, kw_only=True)
class UndoFailure:
    """An entry that could not be undone, and why."""

    entry: Entry
    error: BaseException

    def __str__(self) -> str:
        reason = str(self.error).splitlines()[0] if str(self.error) else type(self.error).__name__
        return f"{self.entry.name}: {reason}\n    remove it with: {self.entry.by_hand}"


def _silently(_entry: Entry) -> None:
    pass


@dataclass(kw_only=True)
class Ledger:
    """Entries in the order of recording; undone in reverse, each whatever became of the others.

    As a context manager it undoes everything at the end of the block. Unwinding has its own deadline of `deadline_s`,
    counted from its begin and shared by all entries.

    Raises (at the end of the block):
        TeardownIncomplete: something is left, and the block itself was fine.
        LeftoversAfterError: something is left, and the block had failed; both are told.
    """

    clock: Clock
    deadline_s: float
    on_undo: Callable[[Entry], None] = _silently
    entries: list[Entry] = field(default_factory=list)

    def record(self, name: str, undo: Undo, *, by_hand: str) -> Entry:
        """Note how something is undone. Call it before the create."""
        entry = Entry(name=name, undo=undo, by_hand=by_hand)
        self.entries.append(entry)
        return entry

    def forget(self, entry: Entry) -> None:
        """Take an entry out: it is to stay, or it is gone already."""
        self.entries = [kept for kept in self.entries if kept is not entry]

    def unwind(self) -> tuple[UndoFailure, ...]:
        """Undo everything, last first, and return what could not be undone (which stays in the ledger)."""
        deadline = Deadline.after(self.deadline_s, self.clock)
        failures = []
        for entry in reversed(tuple(self.entries)):
            self.on_undo(entry)
            try:
                entry.undo(deadline)
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is, the others are still undone
                failures.append(UndoFailure(entry=entry, error=error))
            else:
                self.forget(entry)
        return tuple(failures)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        failures = self.unwind()
        if not failures:
            return
        if error is None:
            raise incomplete(failures)
        raise after_error(error, failures) from error


def incomplete(failures: tuple[UndoFailure, ...]) -> TeardownIncomplete:
    """The error for what is left."""
    return TeardownIncomplete(_leftover_text(failures), leftovers=[failure.entry.name for failure in failures])


def after_error(error: BaseException, failures: tuple[UndoFailure, ...]) -> LeftoversAfterError:
    """The error for what is left after another error, which is told first."""
    first = error.message if isinstance(error, ImageGateError) else (str(error) or type(error).__name__)
    text = f"{first}\n\nBesides, {_leftover_text(failures)[0].lower()}{_leftover_text(failures)[1:]}"
    return LeftoversAfterError(
        text,
        leftovers=[failure.entry.name for failure in failures],
        ids=error.ids if isinstance(error, ImageGateError) else None,
    )


def _leftover_text(failures: tuple[UndoFailure, ...]) -> str:
    return "\n".join(["Something of ours is still there:", *(f"  {failure}" for failure in failures)])
