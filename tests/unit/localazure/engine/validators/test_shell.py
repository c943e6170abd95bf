"""Shell validators: what a script on the finished image says about it."""

from __future__ import annotations

import pytest

from localazure.engine import validators
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench

CHECK = Customization(kind="Shell", name="check", inline=("systemctl is-active web",))


def test_runs_as_a_customizer_would(bench: StepBench) -> None:
    """A validator's lines become a script of the same shape, run by the same user, told to the log in the same way."""
    bench.programs.answer(" su ", stdout="active\n")

    bench.run(validators.run, CHECK)

    assert bench.writes()[0].stdin == b"#!/bin/sh -e\nsystemctl is-active web\n"
    assert bench.runs()[0].inside[-2] == "packer"
    assert "ui:     azure-arm: active" in bench.log


def test_image_that_does_not_hold_fails_the_build(bench: StepBench) -> None:
    """A validator that ends with another code than 0 fails with that code."""
    bench.programs.answer(" su ", exit_code=3)

    with pytest.raises(StepFailed) as failure:
        bench.run(validators.run, CHECK)

    assert failure.value.exit_code == 3


def test_types_that_only_customizers_have_are_refused(bench: StepBench) -> None:
    """A template cannot validate by WindowsRestart; the message names the types that there are."""
    with pytest.raises(StepFailed, match="'WindowsRestart' is not known; known are File, PowerShell, Shell"):
        bench.run(validators.run, Customization(kind="WindowsRestart"))
