"""The commands of `localazure`, one a file; each imports what it needs when it runs, so that `serve` starts fast."""

from __future__ import annotations

from typing import Any

import click

from localazure.cli.coverage import coverage
from localazure.cli.execute import execute
from localazure.cli.extra import needs_the_extra
from localazure.cli.output import checked_streams
from localazure.cli.serve import serve


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """The commands that `imagegate` has from here, loaded when they are asked for: `serve` starts without them."""
    if name == "try_command":
        from localazure.trial.command import try_command

        return try_command
    if name == "cache_command":
        from localazure.cli.cache import cache_command

        return cache_command
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@click.group()
def group() -> None:
    """Azure Resource Manager and a blob service on this machine, for image builds."""


for _command in (serve, execute, coverage):
    _command.callback = needs_the_extra(_command.callback)
    group.add_command(_command)


def main() -> None:
    """Entry point of the `localazure` program."""
    with checked_streams():
        group(prog_name="localazure")
