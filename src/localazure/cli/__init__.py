"""The commands of `localazure`, one a file; each imports what it needs when it runs, so that `serve` starts fast."""

from __future__ import annotations

from typing import Any

import click

from localazure.cli.coverage import coverage
from localazure.cli.execute import execute
from localazure.cli.serve import serve


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """`try_command`, loaded when it is asked for: `serve` starts without what a trial needs."""
    if name == "try_command":
        from localazure.trial.command import try_command

        return try_command
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@click.group()
def main() -> None:
    """Azure Resource Manager and a blob service on this machine, for image builds."""


for _command in (serve, execute, coverage):
    main.add_command(_command)
