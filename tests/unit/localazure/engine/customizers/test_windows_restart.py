"""WindowsRestart customizers on a Linux source."""

from __future__ import annotations

import pytest

from localazure.engine import customizers
from localazure.engine.customizers import windows_restart
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench


@pytest.mark.parametrize(("name", "named"), [("tune", "tune"), ("", "WindowsRestart")], ids=["named", "nameless"])
def test_needs_windows(bench: StepBench, name: str, named: str) -> None:
    """A WindowsRestart customizer fails on a Linux source, names itself and why, and runs nothing."""
    before = len(bench.programs.calls())

    with pytest.raises(
        StepFailed, match=f"Customizer '{named}' is of type WindowsRestart, which needs a Windows source"
    ):
        bench.run(windows_restart.run, Customization(kind="WindowsRestart", name=name, inline=("exit",)))

    assert len(bench.programs.calls()) == before


def test_is_found_by_its_type(bench: StepBench) -> None:
    """A template's word for it, WindowsRestart, leads here and not to "not known"."""
    with pytest.raises(StepFailed, match="needs a Windows source image"):
        bench.run(customizers.run, Customization(kind="WindowsRestart"))
