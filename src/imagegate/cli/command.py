"""What every command shares: its options, its listener, how it is interrupted and how its result is shown."""

import functools
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imagegate.cli.interrupts import counted_interrupts
from imagegate.cli.job import Job
from imagegate.report.console import progress_for
from imagegate.report.masking import Masks, RedactingFilter
from imagegate.report.outcome import Outcome, write_json, write_outcome
from imagegate.report.progress import Story
from imagegate.report.workflow_commands import defuse
from imagegate.settings import INPUTS, CloudSettings
from imagegate.waiting import Clock, SystemClock

if TYPE_CHECKING:
    from imagegate.gateway.cloud import Cloud


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a command runs in, made before its arguments are read: the secrets known so far, and the GitHub job."""

    masks: Masks = field(default_factory=Masks)
    job: Job | None = None

    @classmethod
    def of_this_process(cls) -> "Surroundings":
        """From the process's environment."""
        masks = Masks()
        return cls(masks=masks, job=Job.of(os.environ, sys.stderr, masks))

    def on_secret(self, secret: str) -> None:
        """Mask a secret from now on, here and in the job's log."""
        if self.job is not None:
            self.job.log.mask(secret)
        else:
            self.masks.add(secret)


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What a command was started with besides its own arguments."""

    as_json: bool
    color: bool
    verbose: bool
    clock: Clock
    """Its sleep ends when somebody asks us to stop."""
    teardown_clock: Clock = field(default_factory=SystemClock)
    """Its sleep ends when somebody asks a second time."""
    surroundings: Surroundings = field(default_factory=Surroundings)

    @property
    def job(self) -> Job | None:
        """The GitHub job; None outside of one."""
        return self.surroundings.job

    def connect(self, settings: CloudSettings) -> "Cloud":
        """A connection whose secrets are masked where they are obtained."""
        from imagegate.gateway.cloud import Cloud

        if self.job is not None:
            self.job.arm_endpoint = settings.arm_endpoint
        return Cloud.connect(settings, os.environ, on_secret=self.surroundings.on_secret)

    def story(self, *, show_log: bool = False) -> Story:
        """A story told to this shell's user on stderr; `show_log` unfolds foreign text where it is not live."""
        if self.job is not None:
            self.job.log.show_log = self.verbose or show_log
            self.job.heartbeat.start()
            return Story(self.job.log, self.clock)
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
        context = click.get_current_context(silent=True)
        found = context.obj if context is not None else None
        around = found if isinstance(found, Surroundings) else Surroundings()
        _log_to_stderr(verbose=verbose, masks=around.masks)
        with counted_interrupts() as interrupts:
            shell = Shell(
                as_json=as_json,
                color=color,
                verbose=verbose,
                clock=interrupts.clock(1),
                teardown_clock=interrupts.clock(2),
                surroundings=around,
            )
            outcome = function(shell=shell, **arguments)
        _show(outcome, shell)
        if around.job is not None:
            around.job.tell_outcome(str(context.info_name) if context else "", outcome)
        return outcome.exit_code

    return wrapped


def _show(outcome: Outcome, shell: Shell) -> None:
    """On stdout, without secrets; in a job also without what the runner would take for its commands."""
    masks = shell.surroundings.masks
    if shell.as_json:
        hidden = masks.hide_in(outcome.document)
        write_json(sys.stdout, hidden if isinstance(hidden, dict) else {})
        return

    def safe(text: str) -> str:
        return defuse(masks.hide(text)) if shell.job is not None else masks.hide(text)

    shown = replace(
        outcome,
        headline=safe(outcome.headline),
        rows=[(name, safe(value)) for name, value in outcome.rows],
        notes=[safe(note) for note in outcome.notes],
        warnings=[safe(text) for text in outcome.warnings],
    )
    write_outcome(sys.stdout, shown, color=shell.color)


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


def _log_to_stderr(*, verbose: bool, masks: Masks) -> None:
    """Our own DEBUG lines with -v; nobody else's below WARNING, since SDKs log requests with their queries."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RedactingFilter(masks))
    handler.setFormatter(logging.Formatter("    %(name)s: %(message)s"))
    logger = logging.getLogger("imagegate")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.getLogger("azure").setLevel(logging.ERROR)
