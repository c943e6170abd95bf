"""Shell customizers: which file runs, as whom, with what around it, and how its end is read."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.engine.customizers import shell
from localazure.engine.errors import ProgramCancelled
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench

INLINE = Customization(kind="Shell", inline=("echo one", "echo two"))


def test_inline_lines_become_a_script_that_stops_at_the_first_error() -> None:
    """Inline lines run in one shell that ends at the first line that fails, as on the service."""
    assert shell.script(INLINE) == b"#!/bin/sh -e\necho one\necho two\n"


@given(st.binary())
def test_fetched_scripts_keep_all_but_their_line_ends(content: bytes) -> None:
    """A fetched script runs byte for byte as it is, but for Windows line ends, which would break its first line."""
    made = shell.script(Customization(kind="Shell", content=content))

    assert made == content.replace(b"\r\n", b"\n")
    assert not made.startswith(b"#!/bin/sh -e") or content.startswith(b"#!/bin/sh -e")


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))))
def test_inline_lines_lose_windows_line_ends(lines: list[str]) -> None:
    """Inline lines of a template that was written on Windows are those of one that was not."""
    windows = Customization(kind="Shell", inline=("\r\n".join(lines),))
    unix = Customization(kind="Shell", inline=tuple(lines))

    assert shell.script(windows) == shell.script(unix)


def test_runs_what_it_uploaded_as_the_unprivileged_user(bench: StepBench) -> None:
    """The script is written by the machine's own user and runs in that user's login shell, not as root's."""
    bench.run(shell.run, INLINE)

    [written], [ran] = bench.writes(), bench.runs()
    assert written.stdin == shell.script(INLINE)
    assert "--uid=packer" in written.argv
    assert ran.inside[:4] == ("su", "--shell", "/bin/bash", "--command")
    assert ran.inside[-2:] == ("packer", written.argv[-2])
    assert written.argv[-2].startswith("/tmp/script_")  # noqa: S108 - the guest's


def test_removes_the_script_when_it_ran(bench: StepBench) -> None:
    """The script does not become part of the image."""
    bench.run(shell.run, INLINE)

    [removed] = bench.programs.inside(["rm", "-f"])
    assert removed.inside[-1] == bench.writes()[0].argv[-2]


def test_environment_is_a_login_s_with_proxies(bench: StepBench) -> None:
    """A script sees a user's search path and the machine's proxies, and Packer's names for build and builder."""
    bench.proxies["http_proxy"] = "http://proxy:3128"

    bench.run(shell.run, INLINE)

    [ran] = bench.runs()
    settings = next(word for word in ran.argv if word.startswith("--property=Environment="))
    assert '"PATH=/usr/local/bin:/usr/bin:/bin:/usr/games"' in settings
    assert '"http_proxy=http://proxy:3128"' in settings
    assert "PACKER_BUILD_NAME=azure-arm PACKER_BUILDER_TYPE=azure-arm" in ran.line


def test_leaves_running_what_the_script_started(bench: StepBench) -> None:
    """The end of a script ends only the script: a process in the background stays for the next customizer."""
    bench.run(shell.run, INLINE)

    assert "--property=KillMode=process" in bench.runs()[0].argv


def test_output_goes_to_the_log_in_the_service_s_words(bench: StepBench) -> None:
    """Both outputs are in customization.log, told apart, between the provisioner's beginning and end."""
    bench.programs.answer(" su ", stdout="hello\n", stderr="careful\n")

    bench.run(shell.run, INLINE)

    assert bench.log[0] == "[INFO] (telemetry) Starting provisioner shell"
    assert bench.log[1].startswith("ui: ==> azure-arm: Provisioning with shell script: /tmp/packer-shell")
    assert sorted(bench.log[2:4]) == ["ui error: ==> azure-arm: careful", "ui:     azure-arm: hello"]
    assert bench.log[4] == "[INFO] (telemetry) ending shell"


def test_fetched_scripts_are_named_by_their_address(bench: StepBench) -> None:
    """The log names a fetched script by where it came from."""
    uri = "https://account/scripts/install.sh"
    bench.run(shell.run, Customization(kind="Shell", content=b"#!/bin/bash\n", source_uri=uri))

    assert f"ui: ==> azure-arm: Provisioning with shell script: {uri}" in bench.log


def test_failing_script_fails_the_step_with_its_exit_code(bench: StepBench) -> None:
    """A script's exit code is the step's, in the sentence that the service writes, and the log is closed properly."""
    bench.programs.answer(" su ", exit_code=42)

    with pytest.raises(StepFailed) as failure:
        bench.run(shell.run, INLINE)

    assert failure.value.message == "Script exited with non-zero exit status: 42. Allowed exit codes are: [0]"
    assert failure.value.exit_code == 42
    assert bench.log[-1] == "[INFO] (telemetry) ending shell"


def test_reboot_is_a_lost_connection(bench: StepBench) -> None:
    """A script that takes the machine down fails with Packer's own number for it, even when it said it went well."""
    bench.programs.answer("is-system-running", stdout="stopping\n", exit_code=1)

    with pytest.raises(StepFailed, match="Script disconnected the SSH session") as failure:
        bench.run(shell.run, INLINE)

    assert failure.value.exit_code == 2300218


def test_script_that_cannot_be_written_fails_before_it_runs(bench: StepBench) -> None:
    """Where the upload fails, nothing is run, and the machine's own words are in the message."""
    bench.programs.answer("cat >", stderr="No space left on device\n", exit_code=1)

    with pytest.raises(StepFailed, match="No space left on device"):
        bench.run(shell.run, INLINE)

    assert bench.runs() == []


def test_wrong_check_sum_fails_before_anything_is_written(bench: StepBench) -> None:
    """Content that is not what the template vouches for never reaches the machine; both sums are in the message."""
    other = "0" * 64
    wrong = Customization(kind="Shell", content=b"echo", sha256=other, source_uri="https://account/x.sh")

    with pytest.raises(StepFailed) as failure:
        bench.run(shell.run, wrong)

    assert other in failure.value.message
    assert hashlib.sha256(b"echo").hexdigest() in failure.value.message
    assert bench.writes() == []


def test_right_check_sum_in_any_case_passes(bench: StepBench) -> None:
    """Hexadecimal digits of either case are the same sum."""
    upper = hashlib.sha256(b"echo").hexdigest().upper()

    bench.run(shell.run, Customization(kind="Shell", content=b"echo", sha256=upper))

    assert len(bench.runs()) == 1


def test_cancellation_stops_the_script(bench: StepBench) -> None:
    """A build that is cancelled does not wait for its script."""
    bench.programs.answer(" su ", behaviour="import time; time.sleep(20)")
    bench.cancelled.set()

    with pytest.raises(ProgramCancelled):
        bench.run(shell.run, INLINE)
