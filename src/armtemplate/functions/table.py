"""The kinds of rows of the function table, and the table itself."""

from collections.abc import Callable, Sequence
from typing import Any

from armtemplate.interpreter import Function, UnknownPolicy

_LIST_ROW = "list*"


def eager(
    name: str,
    implementation: Callable[..., Any],
    minimum: int,
    maximum: int | None,
    *,
    unknowns: UnknownPolicy = "deep",
) -> Function:
    """A function of its argument values alone."""
    return Function(name=name, implementation=implementation, minimum=minimum, maximum=maximum, unknowns=unknowns)


def framed(
    name: str,
    implementation: Callable[..., Any],
    minimum: int,
    maximum: int | None,
    *,
    unknowns: UnknownPolicy = "deep",
) -> Function:
    """A function of its argument values and of the names around the expression."""
    return Function(
        name=name, implementation=implementation, minimum=minimum, maximum=maximum, laziness="framed", unknowns=unknowns
    )  # fmt: skip


def lazy(name: str, implementation: Callable[..., Any], minimum: int, maximum: int | None) -> Function:
    """A function that evaluates of its arguments what it needs."""
    return Function(
        name=name, implementation=implementation, minimum=minimum, maximum=maximum, laziness="lazy", unknowns="own"
    )


class FunctionTable:
    """All functions by name, without regard to case. One row stands for every name that starts with `list`."""

    def __init__(self, *rows: Function) -> None:
        self._rows = {row.name.lower(): row for row in rows}

    def get(self, key: str) -> Function | None:
        """The function of that name, given in lower case."""
        row = self._rows.get(key)
        if row is None and key.startswith("list") and "." not in key:
            return self._rows[_LIST_ROW]
        return row

    def names(self) -> Sequence[str]:
        """All names as documented."""
        return [row.name for row in self._rows.values() if row.name != _LIST_ROW]
