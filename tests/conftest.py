"""What every test stands on: the corpus, and a guard that lets nothing but loopback through."""

import ipaddress
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from real_data import corpus_folder

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Let programs that tests start be interrupted: a shell's background job ignores it, and hands that on to them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


class ThisTestReachedForTheNetwork(Exception):  # noqa: N818 - the name is the message
    """A test connected to something that is not this machine. Replace the wire, or serve it on loopback."""


@pytest.fixture
def repository() -> Path:
    """The repository's root."""
    return REPOSITORY


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real data; a test that opens a part that is not there is skipped, and says what it needs."""
    return corpus_folder(REPOSITORY)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets of this process reach loopback and nothing else."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401 - whatever the family takes
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise ThisTestReachedForTheNetwork(f"{address!r} is not on this machine")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
