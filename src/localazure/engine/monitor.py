"""qemu's monitor protocol, as much of it as a power button needs."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import IO

_TIMEOUT_S = 10


class Monitor:
    """One connection a command; qemu serves one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self, command: str) -> None:
        """Execute a command and wait for its answer. Raises OSError when qemu does not listen."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(str(self._path))
            with connection.makefile("rw", encoding="utf-8") as lines:
                lines.readline()  # the greeting
                for name in ("qmp_capabilities", command):
                    lines.write(json.dumps({"execute": name}) + "\n")
                    lines.flush()
                    self._await_answer(name, lines)

    def _await_answer(self, command: str, lines: IO[str]) -> None:
        while line := lines.readline():
            answer = json.loads(line)
            if "return" in answer:
                return
            if "error" in answer:
                raise OSError(f"qemu refused {command}: {answer['error'].get('desc', answer['error'])}")
            # an event, which may come at any time
        raise ConnectionError(f"qemu ended before it answered {command}")
