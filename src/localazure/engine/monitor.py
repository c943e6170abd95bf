"""qemu's monitor protocol, as much of it as a power button needs."""

from __future__ import annotations

import json
import socket
from pathlib import Path

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
                    while "return" not in json.loads(lines.readline()):
                        pass  # an event, which may come at any time
