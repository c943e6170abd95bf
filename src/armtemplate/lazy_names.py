"""Names whose values are evaluated on demand, once: parameters with defaults, and variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.session import Session

# How much of the evaluation depth one name costs, for it puts that many more calls on the stack than an expression's
# node.
_LEVELS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One name: how its value is made, and the names that its text uses, which are made first."""

    name: str
    make: Callable[[], Any]
    uses: frozenset[str] = frozenset()


class LazyNames:
    """Looks values up by name without regard to case; makes them when they are asked for."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._entries: dict[str, Entry] = {}
        self._made: dict[str, Any] = {}
        self._making: list[str] = []

    def fill(self, entries: Mapping[str, Entry]) -> None:
        """Sets the entries, by name in lower case."""
        self._entries.update(entries)

    def names(self) -> list[str]:
        """All names as the template spells them."""
        return [entry.name for entry in self._entries.values()]

    def value(self, name: str, session: Session) -> Value:
        """The value of a name; what its text uses is made before, so that long chains need no deep stack."""
        key = name.lower()
        if key in self._made:
            return self._made[key]
        if key not in self._entries:
            raise ExpressionError(f"there is no {self._what} '{name}' in the template")
        if key in self._making:
            circle = [self._entries[item].name for item in (*self._making[self._making.index(key) :], key)]
            raise ExpressionError(f"the {self._what}s refer to each other in a circle: {' → '.join(circle)}")
        for used in self._order(key):
            if used not in self._made and used not in self._making:
                self._make(used, session)
        return self._made[key]

    def make_all(self, session: Session) -> None:
        """Makes every value, used or not, as the engine does."""
        for key, entry in self._entries.items():
            if key not in self._made:
                self.value(entry.name, session)

    def _make(self, key: str, session: Session) -> None:
        session.enter(_LEVELS)
        self._making.append(key)
        try:
            self._made[key] = self._entries[key].make()
        finally:
            self._making.pop()
            session.depth -= _LEVELS

    def _order(self, key: str) -> list[str]:
        """The names below a name, each behind those that it uses; circles are left for the evaluation to find."""
        order: list[str] = []
        seen = {key}
        pending = [(key, iter(sorted(self._entries[key].uses)))]
        while pending:
            name, uses = pending[-1]
            below = next(
                (used for used in uses if used in self._entries and used not in seen and used not in self._made), None
            )
            if below is None:
                order.append(name)
                pending.pop()
            else:
                seen.add(below)
                pending.append((below, iter(sorted(self._entries[below].uses))))
        return order
