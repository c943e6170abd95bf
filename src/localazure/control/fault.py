"""One fault that was asked for: which calls it is meant for, how often, and what it does to them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from localazure.arm.errors import ArmError
from localazure.control.fault_kinds import COMMON, EVERY_KEY, KINDS, Kind
from localazure.control.problems import InvalidControl, Place, Problem, did_you_mean

ALWAYS = "always"
_LARGEST_STATUS = 599


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a fault is compared with: a call, or the call that started what goes on in the background."""

    method: str
    path: str
    operation: str  # the operation's name in docs/coverage.md, "" for calls that nothing serves


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault as it was asked for. `times` None: always."""

    kind: str
    operation: str = "*"
    method: str = "*"
    path: re.Pattern[str] | None = None
    times: int | None = 1
    skip: int = 0
    probability: float = 1
    moment: str = "before"
    status: int = 0
    code: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after_s: float | None = None
    delay_s: float | None = None
    body: Any = None
    merge: Any = None
    region: str = ""
    policy: str = ""

    def is_meant_for(self, call: Call) -> bool:
        """Whether method, path and operation agree."""
        return (
            self.method in ("*", call.method)
            and fnmatch.fnmatchcase(call.operation.lower(), self.operation.lower())
            and (self.path is None or self.path.search(call.path) is not None)
        )

    def error(self) -> ArmError:
        """The refusal that the fault itself names."""
        headers = dict(self.headers)
        if self.retry_after_s is not None:
            headers.setdefault("Retry-After", f"{self.retry_after_s:g}")
        return ArmError(self.status, self.code, self.message, headers=headers)


def read(document: object, operations: Collection[str] = ()) -> Fault:
    """A fault from its document; raises InvalidControl with every problem. `operations`: names that there are."""
    found = problems(document, operations=operations)
    if found or not isinstance(document, Mapping):
        raise InvalidControl(found, code="InvalidFault")
    given = {**KINDS[_kind_of(document)].defaults, **document, "kind": _kind_of(document)}
    if given.get("times") == ALWAYS:
        given["times"] = None
    if "path" in given:
        given["path"] = re.compile(given["path"], re.IGNORECASE)
    given["method"] = str(given.get("method", "*")).upper()
    given["headers"] = {str(name): str(value) for name, value in (given.get("headers") or {}).items()}
    return Fault(**given)


def problems(document: object, place: Place = (), *, operations: Collection[str] = ()) -> list[Problem]:
    """What keeps a document from being a fault."""
    if not isinstance(document, Mapping):
        return [Problem(place=place, message="a fault is a mapping with `kind`.")]
    kind = KINDS.get(_kind_of(document))
    if kind is None:
        wrong = document.get("kind", "")
        hint = did_you_mean(wrong, KINDS)
        message = f"there is no kind of fault '{wrong}': {hint}" if wrong else f"a fault needs a `kind`; {hint}"
        return [Problem(place=(*place, "kind"), message=message)]
    texts = [(name, message) for name, value in document.items() if (message := _wrong(kind, str(name), value))]
    texts += _missing(kind, document)
    texts += _unknown_operation(document, operations)
    return [Problem(place=(*place, name) if name else place, message=message) for name, message in texts]


def _kind_of(document: Mapping[Any, Any]) -> str:
    """`refuse` goes without saying where there is a status."""
    return str(document.get("kind") or ("refuse" if "status" in document else ""))


def _missing(kind: Kind, document: Mapping[Any, Any]) -> list[tuple[str, str]]:
    found = [("", f"this kind of fault needs `{name}`.") for name in sorted(kind.needs - document.keys())]
    is_anywhere = not {"operation", "path"} & (document.keys() | kind.defaults.keys())
    if is_anywhere and "operation" not in kind.needs:
        found.append(("", "a fault needs `operation` (a name of docs/coverage.md) or `path`, to say what it meets."))
    return found


def _unknown_operation(document: Mapping[Any, Any], operations: Collection[str]) -> list[tuple[str, str]]:
    wanted = document.get("operation")
    if not operations or not isinstance(wanted, str):
        return []
    if any(fnmatch.fnmatchcase(name.lower(), wanted.lower()) for name in operations):
        return []
    return [("operation", f"there is no operation '{wanted}': {did_you_mean(wanted, operations)}")]


def _wrong(kind: Kind, name: str, value: object) -> str:
    if name not in COMMON | kind.takes:
        hint = did_you_mean(name, COMMON | kind.takes)
        belongs = " (it belongs to other kinds of fault)" if name in EVERY_KEY else ""
        return f"this kind of fault takes no `{name}`{belongs}: {hint}"
    return _CHECKS.get(name, _text)(value)


def _text(value: object) -> str:
    return "" if isinstance(value, str) else f"{value!r} is no text."


def _moment(value: object) -> str:
    return "" if value in ("before", "after") else f"{value!r} is neither `before` nor `after`."


def _mapping(value: object) -> str:
    return "" if isinstance(value, Mapping) else f"{value!r} is no mapping."


def _anything(_: object) -> str:
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: object) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else f"{value!r} is no count."


def _times(value: object) -> str:
    return "" if value == ALWAYS or not _count(value) else f"{value!r} is neither a count nor `always`."


def _probability(value: object) -> str:
    return "" if _is_number(value) and 0 <= value <= 1 else f"{value!r} is no number between 0 and 1."  # type: ignore[operator] # is a number


def _seconds(value: object) -> str:
    return "" if _is_number(value) and value >= 0 else f"{value!r} is no number of seconds."  # type: ignore[operator] # is a number


def _status(value: object) -> str:
    is_one = isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= _LARGEST_STATUS
    return "" if is_one else f"{value!r} is no status between 200 and {_LARGEST_STATUS}."


def _pattern(value: object) -> str:
    try:
        re.compile(value if isinstance(value, str) else "(")
    except re.error as error:
        return f"{value!r} is no regular expression: {error}."
    return ""


_CHECKS: dict[str, Callable[[object], str]] = {
    "times": _times,
    "skip": _count,
    "probability": _probability,
    "delay_s": _seconds,
    "retry_after_s": _seconds,
    "status": _status,
    "path": _pattern,
    "moment": _moment,
    "headers": _mapping,
    "body": _anything,
    "merge": _mapping,
}
