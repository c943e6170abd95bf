"""File: as the customizer of that name."""

from __future__ import annotations

from localazure.engine.customizers.file import run

__all__ = ["run"]
