"""`localazure serve` as a process."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

_TIMEOUT_S = 60


def _await_ready(ready: Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    deadline = time.monotonic() + _TIMEOUT_S
    while not ready.exists():
        assert process.poll() is None, "serve ended before it listened"
        assert time.monotonic() < deadline, "serve did not listen"
        time.sleep(0.02)
    return {name: str(value) for name, value in json.loads(ready.read_text()).items()}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_tells_when_it_listens_and_ends_orderly(tmp_path: Path, number: signal.Signals) -> None:
    """The ready file is whole and private, the cloud answers, a signal ends it with 0 and takes the file away."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "localazure", "serve", "--state", str(tmp_path / "s"), "--ready-file", str(ready)]
    with subprocess.Popen([*command, "--cache", str(tmp_path / "cache")], stdin=subprocess.DEVNULL) as process:
        document = _await_ready(ready, process)
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        assert document["pid"] == str(process.pid)
        with requests.Session() as session:
            session.trust_env = False
            url = f"{document['arm_endpoint']}/metadata/endpoints?api-version=2022-09-01"
            assert session.get(url, verify=document["ca_bundle"]).status_code == 200
        process.send_signal(number)
        assert process.wait(_TIMEOUT_S) == 0
    assert not ready.exists()


def test_serve_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """With --die-with-parent no cloud is left behind, however its parent ends."""
    ready = tmp_path / "ready.json"
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-m', 'localazure', 'serve', '--state', {str(tmp_path / 's')!r}, "
        f"'--ready-file', {str(ready)!r}, '--die-with-parent'], stdin=subprocess.DEVNULL)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as parent:
        document = _await_ready(ready, parent)
        parent.kill()
        parent.wait(_TIMEOUT_S)
    deadline = time.monotonic() + _TIMEOUT_S
    while _is_alive(int(document["pid"])):
        assert time.monotonic() < deadline, "the cloud outlived its parent"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat").read_text()
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def test_serve_begins_with_a_scenario(tmp_path: Path) -> None:
    """Its settings and faults are in force from the first call on."""
    ready, scenario = tmp_path / "ready.json", tmp_path / "day.yaml"
    scenario.write_text("name: a day\nfaults:\n  - {kind: unavailable, path: ^/subscriptions$}\n")
    command = [sys.executable, "-m", "localazure", "serve", "--state", str(tmp_path / "s"), "--ready-file", str(ready)]
    with subprocess.Popen([*command, "--scenario", str(scenario)], stdin=subprocess.DEVNULL) as process:
        try:
            document = _await_ready(ready, process)
            with requests.Session() as session:
                session.trust_env = False
                url = f"{document['arm_endpoint']}/subscriptions"
                answers = [session.get(url, verify=document["ca_bundle"]).status_code for _ in range(2)]
        finally:
            process.terminate()
    assert answers == [503, 401]


def test_serve_tells_every_problem_of_a_scenario(tmp_path: Path) -> None:
    """With its line, on stderr, and exit 2; nothing listens."""
    scenario = tmp_path / "day.yaml"
    scenario.write_text("settings:\n  regional_coers: 3\nfaults:\n  - kind: slo\n    path: x\n")
    command = [sys.executable, "-m", "localazure", "serve", "--state", str(tmp_path / "s"), "--scenario", str(scenario)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert ended.returncode == 2
    assert f"{scenario}:2:3: settings.regional_coers: there is no setting" in ended.stderr
    assert f"{scenario}:4:5: faults[0].kind: there is no kind of fault 'slo': did you mean 'slow'?" in ended.stderr
