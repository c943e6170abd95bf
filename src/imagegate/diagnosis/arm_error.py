"""ARM errors as lines: code and message of every level, the innermost last."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_DEPTH = 12
_NESTED = (
    "error",
    "details",
    "innererror",
    "innerError",
    "additionalInfo",
    "info",
    "properties",
    "statusMessage",
    "lastRunStatus",
    "provisioningError",
)


def error_lines(error: object, depth: int = _DEPTH) -> Iterator[str]:
    """`Code: message` of an error and of what is nested in it: as objects, lists, or JSON text inside a message."""
    if depth <= 0:
        return
    if isinstance(error, str):
        inner = _parse(error)
        if inner is None:
            yield from (line for line in error.splitlines() if line.strip())
        else:
            yield from error_lines(inner, depth - 1)
    elif isinstance(error, list | tuple):
        for item in error:
            yield from error_lines(item, depth - 1)
    elif isinstance(error, Mapping):
        yield from _mapping_lines(error, depth)


def _mapping_lines(error: Mapping[str, Any], depth: int) -> Iterator[str]:
    code = error.get("code") or error.get("Code") or error.get("provisioningErrorCode") or ""
    message = error.get("message") or error.get("Message") or ""
    inner = _parse(message)
    if code or message:
        yield ": ".join(str(part) for part in (code, "" if inner is not None else message) if part)
    if inner is not None:
        yield from error_lines(inner, depth - 1)
    for name in _NESTED:
        if name in error and error[name] is not None and not isinstance(error[name], int | float):
            yield from error_lines(error[name], depth - 1)


def _parse(text: object) -> Mapping[str, Any] | list[Any] | None:
    """JSON text that is an object or a list; None for all other text."""
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
