"""Keeps secrets out of every text: those that were obtained by name, all others by their shape."""

import base64
import html
import json
import logging
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from imagegate.model.redaction import MARK, redact, redact_tree
from imagegate.report.workflow_commands import escape_data, escape_property

__all__ = ["MARK", "Masks", "RedactingFilter", "redact", "redact_tree"]

_SHORTEST = 6
_SHORTEST_BASE64 = 8


class Masks:
    """The secrets that this process obtained. Forgets none, shows none."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._forms: list[str] = []
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Remember a secret, and each of its lines; anything below six characters would blacken ordinary words."""
        parts = {secret.strip(), *(line.strip() for line in secret.splitlines())}
        new = {part for part in parts if len(part) >= _SHORTEST} - self._secrets
        if new:
            self._secrets |= new
            forms = {*self._forms, *(form for part in new for form in _forms(part))}
            self._forms = sorted(forms, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text without any remembered secret, and without any of a known shape."""
        for form in self._forms:
            text = text.replace(form, MARK)
        return redact(text)

    def hide_in(self, value: object) -> object:
        """A JSON value of which no string shows a secret."""
        return redact_tree(value, also=self.hide)

    def __repr__(self) -> str:
        return f"Masks({len(self._secrets)} secrets)"


def _forms(secret: str) -> Iterator[str]:
    """The secret as it is, and as others write it: in a URL, in JSON, in HTML, in base64 whatever stands before it."""
    yield secret
    yield from (escape_data(secret), escape_property(secret))
    quoted = quote(secret, safe="")
    yield from (quoted, quote(quoted, safe=""), quote(secret), quote_plus(secret), quoted.lower())
    yield from (json.dumps(secret)[1:-1], html.escape(secret))
    data = secret.encode("utf-8", "replace")
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        # Characters that hold bits of what stands around it differ from place to place.
        core = encoded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        if len(core) >= _SHORTEST_BASE64:
            yield from (core, core.replace("+", "-").replace("/", "_"))


class RedactingFilter(logging.Filter):
    """Takes secrets out of log records. To be put on handlers, since the filters of loggers are not inherited."""

    def __init__(self, masks: Masks | None = None) -> None:
        super().__init__()
        self._masks = masks or Masks()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its secrets: message, arguments, exception and stack."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = f"{record.msg} {record.args}"
        record.msg, record.args = self._masks.hide(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._masks.hide(record.exc_text)
        if record.stack_info:
            record.stack_info = self._masks.hide(record.stack_info)
        return True
