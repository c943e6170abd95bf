"""Standard streams that cannot be written: no traceback, and exit code 1 where it is standard output."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

import click


class CheckedStream:
    """A stream whose faults are click's own errors; or, without `raises`, lose the text.

    A reader that went away is left to click, which ends without a message.
    """

    def __init__(self, stream: TextIO, *, raises: bool) -> None:
        self._stream = stream
        self._raises = raises
        self._failed = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or raise `click.ClickException`."""
        with self._checked():
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or raise `click.ClickException`."""
        with self._checked():
            self._stream.flush()

    def close(self) -> None:
        """After a fault, send what is still in the buffer nowhere: the interpreter flushes at its end."""
        if self._failed:
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            self._failed = True
            if not self._raises:
                return
            if isinstance(fault, BrokenPipeError):
                raise
            raise click.ClickException(f"Standard output could not be written: {fault.strerror}.") from fault


@contextlib.contextmanager
def checked_streams() -> Iterator[None]:
    """While this is open, the standard streams are checked. One that is closed from the start takes nothing."""
    before = sys.stdout, sys.stderr
    checked = [
        stream and CheckedStream(stream, raises=raises) for stream, raises in zip(before, (True, False), strict=True)
    ]
    sys.stdout, sys.stderr = cast("list[TextIO]", checked)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in checked:
            if stream:
                stream.close()
