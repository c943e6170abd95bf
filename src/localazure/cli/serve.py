"""`localazure serve`: the local cloud as a process of its own."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
from pathlib import Path

import click

from localazure.cache_folder import default_cache_folder
from localazure.wake import Wake

_PR_SET_PDEATHSIG = 1


@click.command()
@click.option("--state", required=True, type=click.Path(file_okay=False, path_type=Path), help="Kept between starts.")
@click.option("--port", default=0, show_default=True, help="Resource Manager's port; 0: the last one, or any.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; containers on a bridge reach only the bridge's own.",
)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Base images and layers.")
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once it listens (JSON).")
@click.option(
    "--logs",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the serial logs of deleted machines and the output of function apps here.",
)
@click.option("--die-with-parent", is_flag=True, help="End when the process that started this one ends.")
@click.option("--temporary", is_flag=True, help="Remove the state, too, when this ends.")
@click.option(
    "--function-code",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that every function app of this cloud runs, instead of what is published to it.",
)
@click.option(
    "--event-speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=1),
    help="How much faster Event Grid's waits pass: 60 makes a minute a second.",
)
@click.option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings and faults to start with (YAML; docs/local-cloud.md).",
)
def serve(
    *,
    state: Path,
    port: int,
    host: str,
    cache: Path | None,
    ready_file: Path | None,
    logs: Path | None,
    die_with_parent: bool,
    temporary: bool,
    function_code: Path | None,
    event_speed: float,
    scenario: Path | None,
) -> None:
    """Listen until SIGTERM or SIGINT, then stop every machine and build."""
    parent = os.getppid()
    stop = _stop_on_signals()
    if die_with_parent:
        _die_with(parent, stop)
    from localazure.arm.errors import ArmError
    from localazure.assembly import LocalCloud, write_ready_file
    from localazure.engine.engine import Engine

    engine = Engine(cache_dir=cache or default_cache_folder(), work_dir=state / "work")
    code = function_code.resolve() if function_code else None
    with LocalCloud(
        state=state,
        engine=engine,
        port=port,
        host=host,
        function_code=code,
        logs=logs.resolve() if logs else None,
        event_speed=event_speed,
    ) as cloud:
        if scenario is not None:
            try:
                cloud.console.play(scenario.read_text(), file=str(scenario))
            except ArmError as error:
                raise click.UsageError(error.message) from error
        document = cloud.ready_document()
        if ready_file is not None:
            ready_file.parent.mkdir(parents=True, exist_ok=True)
            write_ready_file(ready_file, document)
        else:
            _print_environment(document["environment"])
        stop.wait()
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)
    if temporary:
        shutil.rmtree(state, ignore_errors=True)


def _stop_on_signals() -> Wake:
    stop = Wake()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop.set)
    return stop


def _die_with(parent: int, stop: Wake) -> None:
    """Be told with SIGTERM when the parent ends (prctl(2)); it may have ended before this was asked."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        stop.set()


def _print_environment(environment: dict[str, str]) -> None:
    """For `eval` in a shell: this is where a person gets the owner's secret from."""
    for name, value in environment.items():
        click.echo(f"export {name}={value}")
    click.echo("Listening. Ctrl-C ends it.", err=True)
