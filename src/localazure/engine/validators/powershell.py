"""PowerShell: as the customizer of that name."""

from __future__ import annotations

from localazure.engine.customizers.powershell import run

__all__ = ["run"]
