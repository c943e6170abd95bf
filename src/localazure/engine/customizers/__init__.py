"""Customizers by type: one a file, each with `run`."""

from __future__ import annotations

from collections.abc import Callable

from localazure.engine.customizers import file, powershell, shell, windows_restart, windows_update
from localazure.engine.provisioner import Step, StepFailed

_RUN: dict[str, Callable[[Step], None]] = {
    "Shell": shell.run,
    "File": file.run,
    "PowerShell": powershell.run,
    "WindowsRestart": windows_restart.run,
    "WindowsUpdate": windows_update.run,
}


def run(step: Step) -> None:
    """Carry one customizer out.

    Raises:
        StepFailed: it ended badly, or cannot be carried out on this image at all.
    """
    kind = step.customization.kind
    if kind not in _RUN:
        raise StepFailed(f"Customizer type '{kind}' is not known; known are {', '.join(sorted(_RUN))}.")
    _RUN[kind](step)
