"""How a command ends: its result on stdout, its error where people and machines look for it, its exit code."""

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

import click

from imagegate.cli.command import Surroundings
from imagegate.cli.streams import output_fault
from imagegate.errors import ImageGateError, InputError, InputFault, Interrupted
from imagegate.report.outcome import error_document, write_json
from imagegate.report.workflow_commands import foreign, inert


class UnexpectedError(ImageGateError):
    """What nobody foresaw; never raised, only told."""


class OutputError(ImageGateError):
    """Standard output could not be written; never raised, only told."""

    code = "output-lost"


def tell_error(error: BaseException, arguments: Sequence[str], around: Surroundings | None = None) -> int:
    """Print any error as it deserves and return its exit code; in a GitHub job also as annotation, outputs, summary.

    With `--json` among the arguments the error is one JSON object on stdout; the same text goes to stderr for people.
    """
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    around = around or Surroundings()
    told = _as_ours(error)
    if isinstance(told, OutputError) and isinstance(error, BrokenPipeError):
        return told.exit_code  # as of `| head`: a reader that has seen enough needs no message
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        sys.stderr.write(f"{error.ctx.get_usage()}\n")
    verbose = bool({"-v", "--verbose"} & set(arguments))
    if around.job is not None:
        around.job.tell_error(command, told)
    else:
        sys.stderr.write(f"{inert(around.masks.hide(_text(told)))}\n")
    if verbose and not isinstance(error, click.ClickException):
        trace = around.masks.hide("".join(traceback.format_exception(error)))
        sys.stderr.write("\n".join(foreign(trace.splitlines())) + "\n" if around.job is not None else trace)
    sys.stderr.flush()
    if "--json" in arguments:
        hidden = around.masks.hide_in(error_document(command, told))
        with contextlib.suppress(OSError):  # the exit code and standard error have said it
            write_json(sys.stdout, hidden if isinstance(hidden, dict) else {})
    return told.exit_code


def _as_ours(error: BaseException) -> ImageGateError:
    if isinstance(error, ImageGateError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Interrupted("Interrupted.")
    if isinstance(error, click.ClickException):
        return InputError([InputFault(message=error.format_message())])
    if error is (fault := output_fault()) and fault is not None:
        reason = f"The result could not be written to standard output: {fault.strerror}."
        return OutputError(reason, hint="What the command has done stays done. Run it again with another output.")
    return UnexpectedError(
        f"Unexpected error, a defect of imagegate: {type(error).__name__}: {error}",
        hint="Please report it where you got imagegate from, with the output of the same command and -v.",
    )


def _text(error: ImageGateError) -> str:
    text = str(error)
    colored = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and "--no-color" not in sys.argv
    head, _, rest = text.partition("\n")
    return (
        click.style(f"✗ {head}", fg="red", bold=True) + (f"\n{rest}" if rest else "") if colored else f"error: {text}"
    )
