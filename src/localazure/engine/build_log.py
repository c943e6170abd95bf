"""customization.log, line by line in the service's own format (the one it writes since September 2023).

What Packer says to its user comes as `ui:` (and `ui error:` for what a script wrote to its error output), marked with
the build's name; what Packer notes for itself comes without. Taken from published logs; see also Packer's
`packer/ui.go` and `packer-sdk/communicator/communicator.go`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

_BUILD = "azure-arm"


class BuildLog:
    """Writes whole lines to `emit`, each behind the operation's id."""

    def __init__(self, operation_id: str, emit: Callable[[str], None]) -> None:
        self._operation_id = operation_id
        self._emit = emit
        self._began = time.monotonic()

    def say(self, message: str) -> None:
        """A step: `==> azure-arm: …`."""
        self._line(f"ui: ==> {_BUILD}: {message}")

    def output(self, line: str) -> None:
        """What a script wrote to its standard output."""
        self._line(f"ui:     {_BUILD}: {_cleaned(line)}")

    def error_output(self, line: str) -> None:
        """What a script wrote to its error output; not a sign of failure by itself."""
        self._line(f"ui error: ==> {_BUILD}: {_cleaned(line)}")

    def note(self, message: str) -> None:
        """What Packer notes for itself."""
        self._line(f"[INFO] {message}")

    def starting(self, provisioner: str) -> None:
        """A provisioner begins."""
        self.note(f"(telemetry) Starting provisioner {provisioner}")

    def ending(self, provisioner: str) -> None:
        """A provisioner ended, well or badly."""
        self.note(f"(telemetry) ending {provisioner}")

    def cached(self, what: str, name: str) -> None:
        """A step that was not run, because its result was there."""
        self.starting(what)
        self.say(f"using cached result {name}")
        self.ending(what)

    def failed(self, reason: str) -> None:
        """The end of a build that failed."""
        took = self._took()
        self.say("Provisioning step had errors: Running the cleanup provisioner, if present...")
        self._line(f"ui error: Build '{_BUILD}' errored after {took}: {reason}")
        self._line("ui: ")
        self._bare(f"==> Wait completed after {took}")
        self._line("ui error: ")
        self._bare("==> Some builds didn't complete successfully and had errors:")
        self._line(f"machine readable: {_BUILD},error []string{{{_quoted(reason)}}}")
        self._line(f"ui error: --> {_BUILD}: {reason}")
        self._the_end()

    def finished(self) -> None:
        """The end of a build that succeeded; that no artifacts were created is what the service's builds say."""
        took = self._took()
        self._line(f"ui: Build '{_BUILD}' finished after {took}.")
        self._line("ui: ")
        self._bare(f"==> Wait completed after {took}")
        self._the_end()

    def _the_end(self) -> None:
        self._line("ui: ")
        self._bare("==> Builds finished but no artifacts were created.")
        self.note("(telemetry) Finalizing.")
        self._line("waiting for all plugin processes to complete...")
        self._bare("Done exporting Packer logs to Azure Storage.")

    def _line(self, message: str) -> None:
        now = dt.datetime.now(dt.UTC)
        self._bare(f"{now:%Y/%m/%d %H:%M:%S} {message}")

    def _bare(self, message: str) -> None:
        self._emit(f"[{self._operation_id}] PACKER {message}")

    def _took(self) -> str:
        """As Packer's durations read: `3 minutes 13 seconds`, and less than a second in milliseconds."""
        elapsed_s = time.monotonic() - self._began
        if elapsed_s < 1:
            return f"{round(elapsed_s * 1000)} milliseconds"
        minutes, seconds = divmod(int(elapsed_s), 60)
        hours, minutes = divmod(minutes, 60)
        named = [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
        return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in named if count)


def _cleaned(line: str) -> str:
    """As Packer cleans output: what a carriage return overwrote is gone, and so is trailing space."""
    return line.rstrip().rpartition("\r")[2]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
