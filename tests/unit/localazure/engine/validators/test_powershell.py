"""PowerShell validators on a Linux source."""

from __future__ import annotations

import pytest

from localazure.engine import validators
from localazure.engine.provisioner import StepFailed
from localazure.engine_port import Customization
from step_bench import StepBench


def test_needs_windows(bench: StepBench) -> None:
    """A PowerShell validator is a known type that fails on a Linux source; it does not count as passed."""
    before = len(bench.programs.calls())

    with pytest.raises(StepFailed, match="needs a Windows source image"):
        bench.run(validators.run, Customization(kind="PowerShell", inline=("Get-Service",)))

    assert len(bench.programs.calls()) == before
