"""PowerShell: for Windows sources only."""

from __future__ import annotations

from localazure.engine.provisioner import Step, refuse_windows


def run(step: Step) -> None:
    """Refuse, as the service does for a Linux source."""
    refuse_windows(step)
