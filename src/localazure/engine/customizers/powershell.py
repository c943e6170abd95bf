"""PowerShell: for Windows sources only."""

from __future__ import annotations

from localazure.engine.provisioner import Step, StepFailed


def run(step: Step) -> None:
    """Refuse, as the service does for a Linux source."""
    raise StepFailed(
        f"Customizer '{step.customization.name or 'PowerShell'}' is of type PowerShell, which needs a Windows source image; "
        "this template's source is Linux. Windows templates are linted and planned here, and are built in Azure only."
    )
