"""What every command shares: its options, its listener, how it is interrupted and how its result is shown."""

import functools
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from imagegate.report.console import progress_for
from imagegate.report.outcome import Outcome, write_json, write_outcome
from imagegate.report.progress import Story
from imagegate.settings import INPUTS
from imagegate.waiting import Clock, SystemClock


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What a command was started with besides its own arguments."""

    as_json: bool
    color: bool
    verbose: bool
    clock: Clock

    def story(self, *, show_log: bool = False) -> Story:
        """A story told to this shell's user on stderr; `show_log` unfolds foreign text where it is not live."""
        progress = progress_for(sys.stderr, os.environ, color=self.color, verbose=self.verbose, show_log=show_log)
        return Story(progress, self.clock)


Command = Callable[..., Outcome]


def shared_options(function: Command) -> Callable[..., int]:
    """Give a command `--json`, `--no-color` and `-v`; it gets a `shell` and returns an `Outcome`.

    The wrapped command shows the outcome (one JSON object on stdout, or a table) and returns its exit code.
    """

    @click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout; progress stays on stderr.")
    @click.option("--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same.")
    @click.option("-v", "--verbose", is_flag=True, help="Show every request with its ids, and the build's own log.")
    @functools.wraps(function)
    def wrapped(*, as_json: bool, no_color: bool, verbose: bool, **arguments: Any) -> int:  # noqa: ANN401 - click's values
        color = not no_color and not os.environ.get("NO_COLOR")
        shell = Shell(as_json=as_json, color=color, verbose=verbose, clock=SystemClock())
        _log_to_stderr(verbose=verbose)
        with interruptible():
            outcome = function(shell=shell, **arguments)
        if as_json:
            write_json(sys.stdout, outcome.document)
        else:
            write_outcome(sys.stdout, outcome, color=color)
        return outcome.exit_code

    return wrapped


def input_options[R](*names: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Options for the named rows of the table of inputs; the command gets them as one mapping `inputs`."""
    rows = [entry for entry in INPUTS if entry.name in names]

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(function)
        def gathered(**arguments: Any) -> R:  # noqa: ANN401 - click's values
            inputs = {entry.name: arguments.pop(_variable(entry.name)) for entry in rows}
            return function(inputs=inputs, **arguments)

        decorated: Callable[..., R] = gathered
        for entry in reversed(rows):
            described = f"{entry.help} [env: {entry.variable}]"
            decorated = click.option(f"--{entry.name}", _variable(entry.name), metavar="TEXT", help=described)(
                decorated
            )
        return decorated

    return decorate


def folder_argument[R](function: Callable[..., R]) -> Callable[..., R]:
    """The argument FOLDER: the image's folder, by default the current one."""
    argument = click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[FOLDER]")
    return argument(function)


def _variable(name: str) -> str:
    return f"input_{name.replace('-', '_')}"


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM (a cancelled CI job) interrupt as Ctrl-C does: a KeyboardInterrupt wherever the program is."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _log_to_stderr(*, verbose: bool) -> None:
    """Our own DEBUG lines with -v; nobody else's below WARNING, since SDKs log requests with their queries."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("    %(name)s: %(message)s"))
    logger = logging.getLogger("imagegate")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.getLogger("azure").setLevel(logging.ERROR)
