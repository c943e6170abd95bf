"""The table of operations: which method and path is served by what, and how real the answer is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from localazure.arm.messages import ArmRequest, ArmResponse

Handler = Callable[[ArmRequest], ArmResponse]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the published specification.

    `path` is written as in the OpenAPI file, with `{placeholders}`; it is matched without regard to case.
    `action` is what role definitions name (`Microsoft.Compute/galleries/read`); "" asks for a valid token only.
    """

    operation_id: str
    method: str
    path: str
    action: str
    handler: Handler
    coverage: Literal["real", "shape only"] = "real"
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", _compiled(self.path))


@dataclass(frozen=True)
class Match:
    """An operation and the path's placeholders."""

    operation: Operation
    parameters: dict[str, str]


class OperationTable:
    """All operations; the most specific path wins, so that literal segments beat placeholders."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = sorted(operations, key=lambda operation: operation.path.count("{"))

    def match(self, method: str, path: str) -> Match | None:
        """The operation that serves the call, or None."""
        for operation in self.operations:
            if operation.method == method and (found := operation.pattern.fullmatch(path)):
                return Match(operation, found.groupdict())
        return None

    def methods(self, path: str) -> list[str]:
        """The methods under which some operation serves the path: tells 405 from 404."""
        return sorted({operation.method for operation in self.operations if operation.pattern.fullmatch(path)})


def _compiled(path: str) -> re.Pattern[str]:
    """`{name}` takes one segment, `{+name}` takes the rest (scopes of extension resources)."""
    parts = re.split(r"(\{\+?\w+\})", path.strip("/"))
    text = "".join(
        rf"(?P<{part[2:-1]}>.+)"
        if part.startswith("{+")
        else rf"(?P<{part[1:-1]}>[^/]+)"
        if part.startswith("{")
        else re.escape(part)
        for part in parts
    )
    return re.compile(rf"/{text}/?", re.IGNORECASE)
