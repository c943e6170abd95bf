"""What only Azure can know, as a value of its own.

An `Unknown` flows through functions like any other value; whatever depends on it becomes an `Unknown` too. It remembers
the expression and the frame that it came from, so that it can be resolved as soon as a runtime answers.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.limits import VALUE_NODES
from armtemplate.session import Session


class Unknown:
    """A named placeholder for a value that is not known yet.

    Attributes:
        reason: what would have to be known, in words.
        faulty: it stands in for a value whose expression is at fault, so that one fault is not told twice.
    """

    __slots__ = ("_known", "_render", "_resume", "faulty", "reason")

    def __init__(
        self,
        *,
        reason: str,
        render: Callable[[], str],
        resume: Callable[[Session], Value] | None = None,
        known: Mapping[str, Any] | None = None,
        faulty: bool = False,
    ) -> None:
        """Makes a placeholder; without `resume` nobody can ever answer for it."""
        self.reason = reason
        self.faulty = faulty
        self._render = render
        self._resume = resume
        self._known = known

    @property
    def expression(self) -> str:
        """The template expression, without brackets, closed: known parameters and variables stand in it as values."""
        return self._render()

    @property
    def known(self) -> Mapping[str, Any]:
        """The properties that are known although the whole is not, as a nested deployment's static outputs are."""
        return self._known or {}

    def resolved(self, session: Session) -> Value:
        """The value, now that the session's runtime answers; an `Unknown` again where it cannot."""
        if self._resume is None or session.runtime is None:
            return self
        done = session.resolved.get(id(self))
        if done is None:
            done = (self, self._resume(session))
            session.resolved[id(self)] = done
        return done[1]

    def __str__(self) -> str:
        return f"[{self.expression}]"

    def __repr__(self) -> str:
        return f"Unknown({self.expression!r}, reason={self.reason!r})"


class NotKnownError(Exception):
    """Raised by a function whose answer hangs on an unknown inside its arguments; makes the call an `Unknown`."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown


def unknowns_in(value: Value) -> Iterator[Unknown]:
    """Every `Unknown` inside a value, in the order of the text.

    Raises:
        ExpressionError: when the value holds more nodes than any deployment could carry.
    """
    pending = [value]
    nodes = 0
    while pending:
        item = pending.pop()
        nodes += 1
        if nodes > VALUE_NODES:
            raise ExpressionError("the value is larger than any deployment may carry")
        if isinstance(item, Unknown):
            yield item
        elif isinstance(item, dict):
            pending.extend(reversed(item.values()))
        elif isinstance(item, list):
            pending.extend(reversed(item))


def first_unknown(value: Value) -> Unknown | None:
    """The first `Unknown` inside a value, or None when all of it is known."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, (dict, list)):
        return next(unknowns_in(value), None)
    return None


def copied(value: Value) -> Value:
    """A value of its own: objects and arrays copied, so that whoever changes it changes nothing else."""
    if isinstance(value, dict):
        return {name: copied(item) for name, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def settled(value: Value, session: Session) -> Value:
    """The value with everything in it resolved that the session's runtime answers."""
    if isinstance(value, Unknown):
        return value.resolved(session)
    if isinstance(value, dict):
        return {name: settled(item, session) for name, item in value.items()}
    if isinstance(value, list):
        return [settled(item, session) for item in value]
    return value
