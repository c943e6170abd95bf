"""`imagegate try FOLDER`: the command."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from localazure.cache_folder import default_cache_folder
from localazure.engine.engine import Engine
from localazure.trial.processes import CloudDidNotStart
from localazure.trial.story import TrialOptions, Via, run_trial
from localazure.trial.table import print_outcome

_EXAMPLES = (
    "imagegate try templates/apache-debian12",
    "imagegate try templates/apache-debian12 --via command",
    "imagegate try templates/apache-debian12 --json | python3 -m json.tool",
)
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
@click.option("--state", type=click.Path(path_type=Path), help="Keep the cloud's state here. Default: thrown away.")
@click.option("--cache", type=click.Path(path_type=Path), help="Base images and layers. Default: ~/.cache/imagegate.")
@click.option("--logs", type=click.Path(path_type=Path), help="Where logs are left. Default: a new temporary folder.")
def try_command(
    *,
    folder: Path,
    as_json: bool,
    no_color: bool,
    verbose: bool,
    via: str,
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
    if missing := Engine(cache_dir=cache or default_cache_folder(), work_dir=Path(tempfile.gettempdir())).missing():
        lines = [f"  {one.what}: {one.why} {one.install_hint}" for one in missing]
        _refuse("This machine cannot run images yet:\n" + "\n".join(lines), as_json, console)
    log_folder = (logs or Path(tempfile.mkdtemp(prefix="imagegate-logs-"))).resolve()
    log_folder.mkdir(parents=True, exist_ok=True)
    state_folder = state.resolve() if state else Path(tempfile.mkdtemp(prefix="imagegate-try-"))
    state_folder.mkdir(parents=True, exist_ok=True)
    options = TrialOptions(
        state=state_folder,
        cache=(cache or default_cache_folder()).resolve(),
        logs=log_folder,
        via=Via(via),
        temporary=state is None,
        product_arguments=("--no-color",) * no_color + ("--verbose",) * verbose,
    )
    try:
        outcome = run_trial(folder, options, lambda line: console.print(line, markup=False, soft_wrap=True))
    except CloudDidNotStart as error:
        _refuse(str(error), as_json, console)
    finally:
        if state is None:
            shutil.rmtree(state_folder, ignore_errors=True)
    document = outcome.document()
    print_outcome(document, console)
    if as_json:
        click.echo(json.dumps(document, indent=2))
    sys.exit(outcome.exit_code)


def _refuse(message: str, as_json: bool, console: Console) -> NoReturn:
    console.print(message, style="red", markup=False)
    if as_json:
        error = {"code": "LocalCloudNotReady", "message": message}
        click.echo(json.dumps({"verdict": None, "error": error, "exit_code": _EXIT_SERVICE}, indent=2))
    sys.exit(_EXIT_SERVICE)
