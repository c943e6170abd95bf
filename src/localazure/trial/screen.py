"""What a trial shows: the lines of its commands, and a sign of progress while none of them writes any."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from localazure.trial.quoted import quoted

_QUIET_S = 5.0
_LOOK_EVERY_S = 1.0
_SPINNER_COLUMNS = 2
_STYLES = {"✓": "green", "✗": "bold red"}
# How a line names a step that begins: `TITLE ...` of a command, `… TITLE` of the Function's timeline.
_BEGINS = re.compile(r"^(?P<command>\S.*) \.\.\.$|^\s*[\d:]+\s+[…▶] (?P<function>.*)$")


class Screen:
    """A context manager. Nothing is written after it is left. Safe to use from several threads.

    On a terminal a live line stands below everything else; elsewhere a line is added after each quiet interval.

    Args:
        console: where lines go.
        work: what has been done so far, as part of a line; it should show something that grows.
    """

    def __init__(
        self,
        console: Console,
        work: Callable[[], str],
        *,
        quiet_s: float = _QUIET_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._work = work
        self._quiet_s = quiet_s
        self._now = now
        self._lock = threading.RLock()
        self._live = Status("", console=console) if console.is_terminal else None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="screen")
        self._stage = ""
        self._began_at = self._wrote_at = now()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._live is not None:
            self._live.stop()

    def begin(self, stage: str) -> None:
        """A stage begins; it is what lines of progress are about until the next one does."""
        with self._lock:
            self._stage, self._began_at = stage, self._now()

    def say(self, line: str) -> None:
        """Write a line of the trial's own, which may quote somebody: it is no command to a runner."""
        self.pass_on(quoted(line))

    def pass_on(self, line: str) -> None:
        """Write a line of a product command, which made foreign text inert and may speak to a runner itself.

        One that says that a step begins also begins a stage.
        """
        with self._lock:
            if found := _BEGINS.match(line):
                self.begin(found["command"] or found["function"])
            self._write(Text(line, style=_STYLES.get(line[:1], "")))

    def beat(self) -> None:
        """Say how far the stage is, if nothing has been said for a while."""
        work = self._work()  # takes a moment, so nobody waits for it
        with self._lock:
            now = self._now()
            line = f"{self._stage}: {now - self._began_at:.0f} s, {work}"
            if self._live is not None:
                text = Text(line, style="dim")
                text.truncate(self._console.width - _SPINNER_COLUMNS, overflow="ellipsis")
                self._live.update(text)
            elif now - self._wrote_at >= self._quiet_s:
                self._write(Text(f"    {line}"))

    def _write(self, text: Text) -> None:
        self._wrote_at = self._now()
        self._console.print(text, soft_wrap=True)

    def _run(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            self.beat()
