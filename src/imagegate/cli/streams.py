"""Standard output and standard error that are closed, full, or without a reader.

Standard error carries progress: where it cannot be written, the work goes on without it. Standard output carries the
result: where it cannot be written, the command has not done what it was asked for.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast


class GuardedStream:
    """A stream that remembers why it could not be written.

    Args:
        stream: where text goes.
        raises: whether a fault is raised. Else the text is lost without an error.
    """

    def __init__(self, stream: TextIO, *, raises: bool) -> None:
        self.fault: OSError | None = None
        self._stream = stream
        self._raises = raises

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or note the fault."""
        with self._guarded():
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or note the fault."""
        with self._guarded():
            self._stream.flush()

    def close(self) -> None:
        """After a fault, send what is still in the buffer nowhere: the interpreter flushes at its end."""
        if self.fault is None:
            return
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            self._stream.flush()

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            self.fault = fault
            if self._raises:
                raise


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Both streams are there while this is open, and guarded."""
    before = sys.stdout, sys.stderr
    # A file that is opened later must not get the number of a closed standard stream. Writing to this one is refused.
    output = GuardedStream(before[0] or _open(1, os.O_RDONLY), raises=True)
    errors = GuardedStream(before[1] or _open(2, os.O_WRONLY), raises=False)
    sys.stdout, sys.stderr = cast("TextIO", output), cast("TextIO", errors)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        output.close()
        errors.close()


def output_fault() -> OSError | None:
    """Why standard output could not be written; None where it could."""
    return sys.stdout.fault if isinstance(sys.stdout, GuardedStream) else None


def _open(number: int, flags: int) -> TextIO:
    opened = os.open(os.devnull, flags)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    return open(number, "w", encoding="utf-8", closefd=False)
