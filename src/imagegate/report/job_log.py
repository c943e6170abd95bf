"""Progress for the log of a GitHub job: a group a step, foreign text that is not heard, secrets masked.

Everything goes to one stream, since the runner scans both of a step's streams and cannot tell their order; a command
that is printed while foreign text is open would not be heard.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from imagegate.report.console import printable
from imagegate.report.heartbeat import QUIET_S
from imagegate.report.masking import Masks
from imagegate.report.step_summary import SummaryStep
from imagegate.report.workflow_commands import add_mask, command, defuse, one_line

_LIST_LIMIT = 200


class JobLog:
    """A listener for a story that runs in a job. `steps` are those that ended, in their order.

    Log lines of the build are shown only with `show_log`. Every line passes through `masks`.
    """

    def __init__(
        self,
        stream: TextIO,
        masks: Masks,
        *,
        show_log: bool = False,
        token: Callable[[], str] = lambda: secrets.token_hex(24),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.show_log = show_log
        self.steps: list[SummaryStep] = []
        self._stream = stream
        self._masks = masks
        self._token = token
        self._stop = ""
        self._grouped = False
        self._masked: set[str] = set()
        self._lock = threading.RLock()
        self._now = now
        self._title = ""
        self._began_at = self._wrote_at = now()

    def step_began(self, title: str) -> None:
        """Open its group."""
        with self._lock:
            self._close_group()
            self._title, self._began_at = title, self._now()
            self._command(command("group", one_line(self._masks.hide(title))))
            self._grouped = True

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """Close its group; how it ended stands outside, where it is seen."""
        with self._lock:
            self._title = ""
            self._close_group()
            self._line(f"{'✓' if passed else '✗'} {title} ({seconds:.1f} s)")
            if len(self.steps) < _LIST_LIMIT:
                result = "passed" if passed else "failed"
                self.steps.append(SummaryStep(title=self._masks.hide(title), result=result, duration_s=seconds))

    def note(self, text: str) -> None:
        """Indented."""
        self._line(f"    {text}")

    def beat(self) -> None:
        """Tell that the step goes on, if nothing was told for a while."""
        with self._lock:
            now = self._now()
            if self._title and now - self._wrote_at >= QUIET_S:
                self.note(f"still at it after {round(now - self._began_at)} s: {one_line(self._title)}")

    def log_line(self, line: str) -> None:
        """Between commands that make the runner deaf, with a word that whoever wrote the line cannot know."""
        if not self.show_log:
            return
        with self._lock:
            if not self._stop:
                stop = self._token()
                self._write(f"::stop-commands::{stop}")
                self._stop = stop
            self._write(f"    | {self._masks.hide(printable(line))}")

    def undoing(self, text: str) -> None:
        """In parentheses."""
        self._line(f"    ({text})")

    def commands(self, lines: Iterable[str]) -> None:
        """Workflow commands, as they are; secrets in them were taken out by whoever made them."""
        with self._lock:
            self._close_group()
            for line in lines:
                self._command(self._masks.hide(line))

    def mask(self, secret: str) -> None:
        """Have the runner, and this log, show `***` for the secret from now on."""
        with self._lock:
            if secret in self._masked:
                return
            self._masked.add(secret)
            # The runner has to see it once, so this line alone does not pass through the masks.
            for line in add_mask(secret):
                self._command(line)
            self._masks.add(secret)

    def close(self) -> None:
        """End what is open."""
        with self._lock:
            self._close_group()

    def _line(self, text: str) -> None:
        with self._lock:
            self._listen()
            self._write(defuse(self._masks.hide(text)))

    def _command(self, line: str) -> None:
        self._listen()
        self._write(line)

    def _listen(self) -> None:
        """Let the runner hear again."""
        if self._stop:
            stop, self._stop = self._stop, ""
            self._write(f"::{stop}::")

    def _close_group(self) -> None:
        self._listen()
        if self._grouped:
            self._grouped = False
            self._write(command("endgroup"))

    def _write(self, line: str) -> None:
        self._wrote_at = self._now()
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()
