"""qemu's monitor: a command is carried out when it was answered, whatever events come in between."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localazure.engine.monitor import Monitor

Serve = Callable[[list[dict[str, object]]], list[str]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a monitor that sends these events before each answer; gives the list of what it will have been told."""
    threads: list[threading.Thread] = []
    server = socket.socket(socket.AF_UNIX)

    def start(events: list[dict[str, object]]) -> list[str]:
        told: list[str] = []
        server.bind(str(tmp_path / "monitor"))
        server.listen()

        def answer() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rw") as lines:
                lines.write('{"QMP": {"version": {}, "capabilities": []}}\n')
                lines.flush()
                for line in lines:
                    told.append(json.loads(line)["execute"])
                    for message in [*events, {"return": {}}]:
                        lines.write(json.dumps(message) + "\n")
                    lines.flush()

        threads.append(threading.Thread(target=answer))
        threads[-1].start()
        return told

    yield start
    for thread in threads:
        thread.join(20)
    server.close()


@pytest.mark.parametrize("events", [[], [{"event": "RTC_CHANGE"}, {"event": "POWERDOWN"}]], ids=["quiet", "events"])
def test_command_comes_after_the_handshake(serve: Serve, tmp_path: Path, events: list[dict[str, object]]) -> None:
    """A command goes to qemu only after the capabilities; an event is not taken for an answer."""
    told = serve(events)

    Monitor(tmp_path / "monitor").run("system_powerdown")

    assert told == ["qmp_capabilities", "system_powerdown"]


def test_absent_monitor_is_an_os_error(tmp_path: Path) -> None:
    """Where qemu is gone, callers get an OSError, on which they cut the machine off."""
    with pytest.raises(OSError, match="No such file"):
        Monitor(tmp_path / "monitor").run("system_powerdown")


@pytest.mark.parametrize(
    ("answer", "words"), [("", "ended before"), ('{"error": {"desc": "no such command"}}\n', "no such command")]
)
def test_command_that_is_not_carried_out_is_an_os_error(tmp_path: Path, answer: str, words: str) -> None:
    """A qemu that ends in the middle, or refuses, is an OSError at once: the caller then cuts the machine off."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "monitor"))
        server.listen()

        def serve_one() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rw") as lines:
                lines.write('{"QMP": {}}\n')
                lines.flush()
                lines.readline()
                lines.write(answer)
                lines.flush()

        thread = threading.Thread(target=serve_one)
        thread.start()
        with pytest.raises(OSError, match=words):
            Monitor(tmp_path / "monitor").run("system_powerdown")
        thread.join(20)
