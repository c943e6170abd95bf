"""Shell: as the customizer of that name."""

from __future__ import annotations

from localazure.engine.customizers.shell import run as run
