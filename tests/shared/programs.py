"""The one place that finds external programs: those that a bare Debian lacks, or that exist twice on some machines."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class ProgramMissing(LookupError):  # noqa: N818 - what happened
    """A program is not installed; the message says which make target installs it."""


@dataclass(frozen=True, kw_only=True)
class _Program:
    """Where a program may be, best first. A name without a slash is looked up on the PATH."""

    places: tuple[str, ...]
    target: str
    variable: str = ""


PROGRAMS = {
    # `uv run` sets UV for what it starts; make keeps a uv of its own where the PATH has none.
    "uv": _Program(variable="UV", places=("uv", str(REPOSITORY / ".cache/uv/bin/uv")), target="environment"),
    "az": _Program(places=(str(REPOSITORY / ".cache/azure-cli/bin/az"),), target="azure-cli"),
    # Debian's client has BuildKit built in; another docker may come first on the PATH and lack it.
    "docker": _Program(places=("/usr/bin/docker",), target="docker"),
    "act": _Program(places=(str(REPOSITORY / ".cache/act/bin/act"),), target="act"),
}


def find(name: str) -> str:
    """The path of a program; raises with the places that were searched and the make target that installs it."""
    program = PROGRAMS[name]
    stated = os.environ.get(program.variable, "") if program.variable else ""
    places = [place for place in (stated, *program.places) if place]
    for place in places:
        if found := shutil.which(place):
            return found
    searched = ", ".join(place if "/" in place else f"{place} on the PATH" for place in places)
    raise ProgramMissing(f"{name} is not installed. Searched: {searched}. Install it with `make {program.target}`.")
