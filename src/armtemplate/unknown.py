"""What only Azure can know, as a value of its own.

An `Unknown` flows through functions like any other value; whatever depends on it becomes an `Unknown` too. It remembers the expression
and the frame that it came from, so that it can be resolved as soon as a runtime answers.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.limits import VALUE_NODES


class Runtime(Protocol):
    """Answers what only a deployed resource can tell. Ids are absolute, as ARM prints them."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Value:
        """The resource's `properties`, or the whole resource if `full`."""
        ...

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Value) -> Value:
        """The answer of a POST to `{resource_id}/{function}`; `function` starts with `list` (or is `getSecret`)."""
        ...


class Unknown:
    """A named placeholder for a value that is not known yet.

    Attributes:
        reason: what would have to be known, in words.
    """

    __slots__ = ("_known", "_render", "_resume", "faulty", "reason")

    def __init__(
        self,
        *,
        reason: str,
        render: Callable[[], str],
        resume: Callable[[Runtime], Any],
        known: Mapping[str, Any] | None = None,
        faulty: bool = False,
    ) -> None:
        self.reason = reason
        self.faulty = faulty  # stands in for a value whose expression is at fault, so that one fault is not told twice
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

    def resolve(self, runtime: Runtime) -> Value:
        """The value, now that somebody answers. May again hold an `Unknown` that this runtime cannot answer."""
        return self._resume(runtime)

    def __str__(self) -> str:
        return f"[{self.expression}]"

    def __repr__(self) -> str:
        return f"Unknown({self.expression!r}, reason={self.reason!r})"


def unknowns_in(value: Value) -> Iterator[Unknown]:
    """Every `Unknown` inside a value, depth first.

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
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def first_unknown(value: Value) -> Unknown | None:
    """The first `Unknown` inside a value, or None when all of it is known."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, (dict, list)):
        return next(unknowns_in(value), None)
    return None


def settled(value: Value, runtime: Runtime) -> Value:
    """The value with everything in it resolved that the runtime answers."""
    if isinstance(value, Unknown):
        return value.resolve(runtime)
    if isinstance(value, dict):
        return {name: settled(item, runtime) for name, item in value.items()}
    if isinstance(value, list):
        return [settled(item, runtime) for item in value]
    return value
