"""Shell: as the customizer of that name."""

from __future__ import annotations

from localazure.engine.customizers.shell import run

__all__ = ["run"]
