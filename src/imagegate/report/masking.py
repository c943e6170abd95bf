"""Keeps secrets out of every text: those that were obtained by name, all others by their shape."""

import logging
from collections.abc import Iterable

from imagegate.model.redaction import MARK, redact, redact_tree

__all__ = ["MARK", "Masks", "RedactingFilter", "redact", "redact_tree"]

_SHORTEST = 6


class Masks:
    """The secrets that this process obtained. Forgets none, shows none."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Remember a secret, and each of its lines; anything below six characters would blacken ordinary words."""
        parts = {secret.strip(), *(line.strip() for line in secret.splitlines())}
        self._secrets |= {part for part in parts if len(part) >= _SHORTEST}

    def hide(self, text: str) -> str:
        """The text without any remembered secret, and without any of a known shape."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MARK)
        return redact(text)

    def hide_in(self, value: object) -> object:
        """A JSON value of which no string shows a secret."""
        return redact_tree(value, also=self.hide)

    def __repr__(self) -> str:
        return f"Masks({len(self._secrets)} secrets)"


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
