"""`imagegate try FOLDER`: the command."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from localazure.cache_folder import default_cache_folder
from localazure.engine.engine import Engine
from localazure.engine.model import Missing
from localazure.engine.requirements import ROOT
from localazure.trial.log_folders import new_log_folder
from localazure.trial.processes import CloudDidNotStart
from localazure.trial.story import TrialOptions, Via, run_trial
from localazure.trial.table import print_outcome

_EXAMPLES = (
    "imagegate try templates/apache-debian12",
    "imagegate try templates/apache-debian12 --via command",
    "imagegate try templates/apache-debian12 --unsigned",
    "imagegate try templates/apache-debian12 --json | python3 -m json.tool",
)
_EXIT_INPUT = 2  # the machine that it was started on cannot do it
_EXIT_SERVICE = 7  # a service could not be reached: here, the cloud that could not be started


@click.command(
    "try",
    short_help="Build, boot and probe an image on this machine, without an Azure account.",
    epilog="\b\nExamples:\n  " + "\n  ".join(_EXAMPLES),
)
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output; progress on standard error.")
@click.option("--no-color", is_flag=True, help="No colours (NO_COLOR does the same).")
@click.option("-v", "--verbose", is_flag=True, help="Show the build's own log and every request of the product.")
@click.option(
    "--via",
    type=click.Choice([way.value for way in Via]),
    default=Via.FUNCTION.value,
    show_default=True,
    help="Who verifies: the Function that the build's events wake, or the command `imagegate verify`.",
)
@click.option("--unsigned", is_flag=True, help="Build as a job that may not sign: what passes is not promoted.")
@click.option("--state", type=click.Path(path_type=Path), help="Keep the cloud's state here. Default: thrown away.")
@click.option("--cache", type=click.Path(path_type=Path), help="Base images and layers. Default: ~/.cache/imagegate.")
@click.option(
    "--logs",
    type=click.Path(path_type=Path),
    help="Where logs are left. Default: in the cache, which keeps those of the last ten trials.",
)
def try_command(
    *,
    folder: Path,
    as_json: bool,
    no_color: bool,
    verbose: bool,
    via: str,
    unsigned: bool,
    state: Path | None,
    cache: Path | None,
    logs: Path | None,
) -> None:
    """Build, boot and probe the image of FOLDER on this machine, without an Azure account.

    A local cloud carries out the template for real: Debian is bootstrapped, customizers run under systemd, the disk
    boots as a smoke VM, the probes of imagegate.yaml ask it, and everything is torn down. The build's end is an event,
    and the event wakes the Function, which verifies, as on Azure. Exit codes are those of `imagegate build` and
    `imagegate verify`.
    """
    console = Console(stderr=True, no_color=no_color or None, highlight=False)
    cache = (cache or default_cache_folder()).resolve()
    if missing := Engine(cache_dir=cache, work_dir=Path(tempfile.gettempdir())).missing():
        _refuse(not_able(missing), _EXIT_INPUT, as_json, console)
    with _log_folder(logs, cache) as log_folder, _state_folder(state) as state_folder:
        options = TrialOptions(
            state=state_folder,
            cache=cache,
            logs=log_folder,
            via=Via(via),
            unsigned=unsigned,
            temporary=state is None,
            product_arguments=("--no-color",) * no_color + ("--verbose",) * verbose,
        )
        try:
            outcome = run_trial(folder, options, console)
        except CloudDidNotStart as error:
            _refuse(str(error), _EXIT_SERVICE, as_json, console)
    document = outcome.document()
    print_outcome(document, console)
    if as_json:
        click.echo(json.dumps(document, indent=2))
    sys.exit(outcome.exit_code)


def not_able(missing: Sequence[Missing]) -> str:
    """Why no image can be made here, and what to do about it; root first, since the rest needs it."""
    first = sorted(missing, key=lambda one: one.what != ROOT)
    lines = [f"  {one.what}: {one.why} {one.install_hint}" for one in first]
    return "\n".join(["imagegate try cannot run on this machine yet. It needs:", *lines])


@contextlib.contextmanager
def _log_folder(chosen: Path | None, cache: Path) -> Iterator[Path]:
    if chosen is None:
        with new_log_folder(cache) as folder:
            yield folder
        return
    chosen.mkdir(parents=True, exist_ok=True)
    yield chosen.resolve()


@contextlib.contextmanager
def _state_folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is None:
        with tempfile.TemporaryDirectory(prefix="imagegate-try-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    chosen.mkdir(parents=True, exist_ok=True)
    yield chosen.resolve()


def _refuse(message: str, exit_code: int, as_json: bool, console: Console) -> NoReturn:
    console.print(message, style="red", markup=False, soft_wrap=True)
    if as_json:
        error = {"code": "LocalCloudNotReady", "message": message}
        click.echo(json.dumps({"verdict": None, "error": error, "exit_code": exit_code}, indent=2))
    sys.exit(exit_code)
