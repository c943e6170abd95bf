"""What every test stands on: its time limit, its place in a parallel run, the corpus, and no network but loopback."""

import faulthandler
import ipaddress
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_timeout

from real_data import corpus_folder

REPOSITORY = Path(__file__).resolve().parent.parent
_LONGER_LIMITS_S = {"heavy": 1500, "slow": 900, "boots_vm": 900}  # by marker, the first that a test has
_ONE_AT_A_TIME = {"heavy", "boots_vm", "privileged"}
_ENGINE = "engine"
_FIRST = {_ENGINE: 0, "local": 1}


def pytest_configure() -> None:
    """Time no property test; let programs that tests start be interrupted, which a shell's background job ignores."""
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give long tests their limit, and keep tests apart that cannot run beside each other (`--dist loadgroup`)."""
    for item in items:
        markers = {marker.name for marker in item.iter_markers()}
        longer = next((limit for name, limit in _LONGER_LIMITS_S.items() if name in markers), None)
        if longer and "timeout" not in markers:
            item.add_marker(pytest.mark.timeout(longer))
        if group := _group(item.path, markers):
            item.add_marker(pytest.mark.xdist_group(group))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _FIRST.get(_group_of(item) or "", len(_FIRST)))  # the longest groups begin first


def _group(path: Path, markers: set[str]) -> str | None:
    """Tests of one group run in one process, one after the other.

    Engines share the machine's packet filter and the tests' cache, and the stories of `e2e` look at the whole machine
    before and after. The tests of the local cloud end with a look at all that they have called, and those of the
    acceptance run share one. Outside of `unit`, the fixtures of a file are expensive.
    """
    tests = Path(__file__).parent
    folder = path.relative_to(tests).parts[0] if path.is_relative_to(tests) else ""  # a test of somebody else's folder
    if markers & _ONE_AT_A_TIME or folder == "e2e":
        return _ENGINE
    for apart in ("sides", "roles"):
        if apart in path.parts:
            return apart  # nothing asks what these have called
    if folder in ("local", "acceptance"):
        return folder
    return None if folder == "unit" else path.stem


def _group_of(item: pytest.Item) -> str | None:
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Print no stacks of a test that may take long: pytest-timeout prints them at the test's own limit."""
    if item.get_closest_marker("timeout"):
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Give the teardown a limit of its own: the test's is over with its first failure, a timeout above all."""
    limit_s = float(item.config.getvalue("timeout") or item.config.getini("timeout") or 0)
    settings = pytest_timeout.Settings(limit_s, "signal", func_only=False, disable_debugger_detection=False)
    if limit_s:
        item.config.hook.pytest_timeout_set_timer(item=item, settings=settings)
    return (yield)


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
