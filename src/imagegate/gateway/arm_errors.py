"""ARM's error bodies, unfolded to the innermost cause; pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PLAIN_TEXT_LIMIT = 500
_DEPTH_LIMIT = 8


@dataclass(frozen=True, kw_only=True)
class ArmFault:
    """One error of the service, with the errors inside it that say more."""

    code: str
    message: str
    causes: tuple["ArmFault", ...] = ()

    @property
    def innermost(self) -> "ArmFault":
        """The cause at the bottom of the first branch."""
        return self.causes[0].innermost if self.causes else self

    def walk(self) -> Iterator["ArmFault"]:
        """This fault and all below it, outermost first."""
        yield self
        for cause in self.causes:
            yield from cause.walk()

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, outermost first, lower case."""
        return tuple(fault.code.lower() for fault in self.walk())

    def lines(self, depth: int = 0) -> list[str]:
        """A line a fault, indented by depth; faults that repeat their cause word for word are left out."""
        if any(cause.message == self.message for cause in self.causes):
            return [line for cause in self.causes for line in cause.lines(depth)]
        head = f"{self.code}: {self.message}" if self.code and self.message else self.code or self.message
        below = [line for cause in self.causes for line in cause.lines(depth + 1)]
        return [*(f"{'  ' * depth}{line}" for line in head.splitlines()), *below]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def parse_error_body(text: str | bytes | None, *, status: int | None = None) -> ArmFault:
    """The fault in an answer's body: ARM's envelope, an operation's `error`, OData's, or plain text and HTML."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = (text or "").strip().removeprefix("\ufeff")
    body = _json(text)
    if isinstance(body, Mapping):
        return parse_error(body)
    plain = " ".join(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split())
    return ArmFault(code=f"HTTP {status}" if status else "", message=plain[:_PLAIN_TEXT_LIMIT])


def parse_error(body: Mapping[str, Any], depth: int = 0) -> ArmFault:
    """The fault in an error object of any of the shapes that ARM and its providers use."""
    inner = body.get("error") or body.get("odata.error") or body
    if not isinstance(inner, Mapping):
        return ArmFault(code=str(body.get("error") or ""), message=str(body.get("error_description") or inner))
    message = inner.get("message") or ""
    if isinstance(message, Mapping):
        message = message.get("value") or ""
    message = str(message).strip()
    code = str(inner.get("code") or "")
    causes = tuple(_causes(inner, message, depth)) if depth < _DEPTH_LIMIT else ()
    unfolded = _embedded(message)
    if unfolded is not None:
        message = message[: message.index("{")].strip().rstrip(":'\"").strip()
    return ArmFault(code=code, message=message, causes=causes)


def _causes(inner: Mapping[str, Any], message: str, depth: int) -> Iterator[ArmFault]:
    details = inner.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, Mapping) and (detail.get("code") or detail.get("message") or detail.get("error")):
            yield parse_error(detail, depth + 1)
    nested = inner.get("innererror") or inner.get("innerError")
    if isinstance(nested, Mapping) and nested.get("message"):
        yield parse_error(nested, depth + 1)
    embedded = _embedded(message)
    if embedded is not None:
        yield parse_error(embedded, depth + 1)


def _embedded(message: str) -> Mapping[str, Any] | None:
    """An error object that travels as JSON text inside a message."""
    start, end = message.find("{"), message.rfind("}")
    if start < 0 or end < start:
        return None
    found = _json(message[start : end + 1])
    if isinstance(found, Mapping) and ({"error", "message", "details", "code"} & {str(key) for key in found}):
        return found
    return None


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
