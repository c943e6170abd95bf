"""Generalizing: the service's script or the template's own, then the build machine's own traces, in that order."""

from __future__ import annotations

import pytest

from localazure.engine.generalize import SCRIPT, generalize
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench

HIDDEN = Customization(kind="Shell")


def _places(bench: StepBench, *having: str) -> list[int]:
    lines = [call.line for call in bench.programs.inside()]
    return [next(number for number, line in enumerate(lines) if one in line) for one in having]


def test_without_a_script_the_service_s_default_runs(bench: StepBench) -> None:
    """Where no customizer left a script, Azure's agent deprovisions the machine with its user, as on the service."""
    bench.programs.answer("test -e", exit_code=1)

    bench.run(generalize, HIDDEN)

    [written] = bench.writes()
    assert written.argv[-2] == SCRIPT
    assert b"waagent -force -deprovision+user" in written.stdin


def test_a_customizer_s_script_is_left_as_it_is(bench: StepBench) -> None:
    """A script that a customizer brought replaces the default."""
    bench.run(generalize, HIDDEN)

    assert bench.writes() == []
    assert [call.inside for call in bench.programs.inside(["sudo"])] == [("sudo", "sh", SCRIPT)]


def test_runs_as_any_other_step(bench: StepBench) -> None:
    """The script runs as the machine's user by sudo, and its words are in the log."""
    bench.programs.answer("sudo sh", stdout="deprovisioned\n")

    bench.run(generalize, HIDDEN)

    assert "--uid=packer" in bench.programs.inside(["sudo"])[0].argv
    assert bench.log == [
        "[INFO] (telemetry) Starting provisioner shell",
        f"ui: ==> azure-arm: Provisioning with shell script: {SCRIPT}",
        "ui:     azure-arm: deprovisioned",
        "[INFO] (telemetry) ending shell",
    ]


def test_removes_its_user_and_what_a_first_boot_makes(bench: StepBench) -> None:
    """After the script, whichever it was, the build's user goes, then machine id, host keys and cloud-init's memory."""
    bench.run(generalize, HIDDEN)

    script, user, traces = _places(bench, f"sudo sh {SCRIPT}", "userdel --remove --force packer", "/etc/machine-id")
    assert script < user < traces
    cleaning = bench.programs.inside()[traces].line
    assert "rm -f /var/lib/dbus/machine-id /etc/ssh/ssh_host_*_key" in cleaning
    assert "rm -rf /var/lib/cloud/*" in cleaning


def test_failing_script_fails_the_build(bench: StepBench) -> None:
    """An image that was not deprovisioned is not made: the step fails with the script's code."""
    bench.programs.answer("sudo sh", exit_code=9)

    with pytest.raises(StepFailed) as failure:
        bench.run(generalize, HIDDEN)

    assert failure.value.exit_code == 9
    assert not [call for call in bench.programs.inside() if "userdel" in call.line]
