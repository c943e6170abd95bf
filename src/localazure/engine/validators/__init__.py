"""In-VM validators by type: one a file. They run on a throw-away copy of the finished image, never on what is kept."""

from __future__ import annotations

from collections.abc import Callable

from localazure.engine.provisioner import Step, StepFailed
from localazure.engine.validators import file, powershell, shell

_RUN: dict[str, Callable[[Step], None]] = {"Shell": shell.run, "File": file.run, "PowerShell": powershell.run}


def run(step: Step) -> None:
    """Carry one validator out.

    Raises:
        StepFailed: the image did not hold, or the validator cannot be carried out on this image at all.
    """
    kind = step.customization.kind
    if kind not in _RUN:
        raise StepFailed(f"Validator type '{kind}' is not known; known are {', '.join(sorted(_RUN))}.")
    _RUN[kind](step)
