"""`localazure exec -- COMMAND` as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_TIMEOUT_S = 60
_ASK = """
import os, requests
asked = requests.get(os.environ["IMAGEGATE_ARM_ENDPOINT"] + "/metadata/endpoints?api-version=2022-09-01", timeout=60)
print(asked.status_code, *sorted(name for name in os.environ if os.environ[name] == os.environ["SSL_CERT_FILE"]))
"""
_A_FAKE_AZ = """#!/bin/sh
echo "$AZURE_CONFIG_DIR $*" >> "$AZ_CALLS"
while [ $# -gt 0 ]; do [ "$1" = --password ] && cat "${2#@}" > "$AZ_CALLS.secret"; shift; done
exit "${AZ_EXIT:-0}"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An ordinary environment, with a real subscription's secret in it and a folder for temporary things."""
    (tmp_path / "tmp").mkdir()
    return dict(os.environ) | {
        "TMPDIR": str(tmp_path / "tmp"),
        "IMAGEGATE_CACHE_DIR": str(tmp_path / "cache"),
        "AZURE_CLIENT_SECRET": "of a real subscription",
        "AZURE_CONFIG_DIR": "/of/a/real/user",
    }


@pytest.fixture
def nothing_left(tmp_path: Path, environment: dict[str, str]) -> Iterator[None]:
    """At the test's end no temporary state is left."""
    yield
    assert list((tmp_path / "tmp").iterdir()) == []


def _exec(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "localazure", "exec", *arguments]


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _exec(*arguments),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


@pytest.mark.usefixtures("nothing_left")
def test_the_command_finds_the_cloud_and_trusts_it(environment: dict[str, str]) -> None:
    """The endpoint answers over TLS with nothing but the environment, for whatever reads a bundle from it."""
    done = _run(environment, "--no-az", "--", sys.executable, "-c", _ASK)

    assert done.stderr == ""
    assert done.stdout.split() == [
        "200",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
    ]


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("command", "exit_code"),
    [
        (("sh", "-c", "exit 7"), 7),
        (("sh", "-c", "kill -KILL $$"), 128 + signal.SIGKILL),
        (("there-is-no-such-program",), 127),
        (("/etc/passwd",), 126),
    ],
    ids=["its own", "a signal", "not found", "not executable"],
)
def test_the_exit_code_is_the_commands(environment: dict[str, str], command: tuple[str, ...], exit_code: int) -> None:
    """As a shell would have it."""
    assert _run(environment, "--no-az", "--", *command).returncode == exit_code


@pytest.mark.usefixtures("nothing_left")
def test_options_of_the_command_are_its_own(environment: dict[str, str]) -> None:
    """What stands behind the command's name is not read as ours, with or without two dashes."""
    assert _run(environment, "--no-az", "printf", "%s", "--help").stdout == "--help"
    assert _run(environment, "--no-az", "--", "printf", "%s %s", "--state", "x").stdout == "--state x"


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_go_on_to_the_command(environment: dict[str, str], number: signal.Signals) -> None:
    """A signal that a process sends is the command's to answer, and the cloud is there until it has ended."""
    name = number.name.removeprefix("SIG")
    script = f'trap "curl -sf \\"\\$IMAGEGATE_ARM_ENDPOINT/metadata/endpoints\\" >&2; exit 5" {name}; echo ready; '
    script += "while :; do sleep 0.05; done"
    with subprocess.Popen(
        _exec("--no-az", "--", "sh", "-c", script),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(_TIMEOUT_S) == 5
        assert "loginEndpoint" in process.stderr.read()


def test_state_is_kept_where_it_is_asked_for(environment: dict[str, str], tmp_path: Path) -> None:
    """A second command finds the same cloud: the same tenant, the same owner, at the same address."""
    say = ("sh", "-c", 'echo "$IMAGEGATE_ARM_ENDPOINT $AZURE_TENANT_ID $AZURE_CLIENT_ID $AZURE_CLIENT_SECRET"')
    state = ("--state", str(tmp_path / "state"), "--no-az", "--")

    first, second = _run(environment, *state, *say), _run(environment, *state, *say)

    assert first.stdout == second.stdout
    assert len(first.stdout.split()) == 4
    assert "of a real subscription" not in first.stdout


@pytest.mark.usefixtures("nothing_left")
def test_az_is_made_to_know_the_cloud(environment: dict[str, str], tmp_path: Path) -> None:
    """Where az is on the PATH it is registered and logged in beside the user's own, its secret on no command line."""
    calls = _with_az(environment, tmp_path)
    done = _run(environment, "--", "sh", "-c", 'echo "$AZURE_CONFIG_DIR $AZURE_CLIENT_SECRET"')

    assert done.returncode == 0, done.stderr
    folder, secret = done.stdout.split()
    lines = calls.read_text().splitlines()
    assert [line.split()[:3] for line in lines] == [
        [folder, "cloud", "register"],
        [folder, "cloud", "set"],
        [folder, "login", "--service-principal"],
    ]
    assert secret not in calls.read_text()
    assert calls.with_suffix(".secret").read_text() == secret
    assert folder.startswith(environment["TMPDIR"])


@pytest.mark.usefixtures("nothing_left")
def test_az_that_refuses_is_quoted(environment: dict[str, str], tmp_path: Path) -> None:
    """An az that cannot be logged in ends it with 125 before the command runs, and says how to go without."""
    _with_az(environment, tmp_path)
    done = _run(environment | {"AZ_EXIT": "3"}, "--", "sh", "-c", "echo ran")

    assert done.returncode == 125
    assert done.stdout == ""
    assert "`az cloud register` refused (exit code 3)" in done.stderr
    assert "--no-az" in done.stderr


def _with_az(environment: dict[str, str], tmp_path: Path) -> Path:
    """Put an az on the PATH that only writes down how it was called; where it does."""
    programs = tmp_path / "programs"
    programs.mkdir()
    az = programs / "az"
    az.write_text(_A_FAKE_AZ)
    az.chmod(0o755)
    calls = tmp_path / "calls"
    environment |= {"PATH": f"{programs}:{environment['PATH']}", "AZ_CALLS": str(calls)}
    return calls
