"""`python -m acceptance`: what the owner gives, and how the run ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from acceptance.belief import all_beliefs
from acceptance.local_cloud import local_options, observed
from acceptance.options import SAMPLE, Options
from acceptance.pseudonyms import Pseudonyms
from acceptance.recorder import Recorder, recorded_transport
from acceptance.refusal import Refused
from acceptance.report import document_of, exit_code_of, print_findings
from acceptance.run import run, write_recording
from acceptance.world import World
from imagegate import __version__
from imagegate.errors import ImageGateError
from imagegate.gateway.cloud import Cloud
from imagegate.settings import CloudSettings
from imagegate.waiting import SystemClock

_INTERRUPTED, _NOT_STARTED = 130, 2
_NOT_OURS = ("IMAGEGATE_", "GITHUB_", "LEAST_")
"""What the product's commands must not find: settings of another image, another job, or a foreign secret."""


@click.command("verify-azure")
@click.option("--subscription", default="", metavar="ID", envvar="AZURE_SUBSCRIPTION_ID", help="A throw-away one.")
@click.option("--location", default="", metavar="REGION", help="Where everything is made.")
@click.option("--prefix", default="", metavar="NAME", help="Every resource group begins with it.")
@click.option("--yes", is_flag=True, help="That resources are made and deleted there.")
@click.option("--repository", default="", metavar="OWNER/NAME", help="A throw-away one; token in GITHUB_TOKEN.")
@click.option("--image", type=click.Path(path_type=Path, exists=True), default=SAMPLE, help="The image that is built.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("verify-azure"), help="Where recordings go.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="The verdicts as JSON.")
@click.option("--arm-endpoint", default="https://management.azure.com", show_default=True)
@click.option("--local", is_flag=True, help="Against a local cloud on this machine instead of Azure.")
@click.option(
    "--flip",
    default="",
    metavar="ID",
    type=click.Choice(["", *(belief.id for belief in all_beliefs())]),
    help="Answer otherwise where this belief looks: its check has to say FAIL. Only with --local.",
)
def verify_azure(**given: Any) -> None:  # noqa: ANN401 - click's values
    """Ask Azure about everything that this project believes of it, and say which beliefs hold.

    It builds images, boots machines and sets up a Function in groups of its own, and deletes all of it at its end.
    """
    console = Console(stderr=True, highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="verify-azure-") as folder:
        work = Path(folder)
        given |= {"work": work, **_secrets()}
        try:
            with _surroundings(Options(**given), console) as (options, environment):
                exit_code = _run(options, environment, console)
        except Refused as refused:
            console.print(str(refused), markup=False)
            exit_code = _NOT_STARTED
    sys.exit(exit_code)


def _secrets() -> dict[str, str]:
    """From the environment alone: arguments are seen by everybody on the machine."""
    return {
        "github_token": os.environ.get("GITHUB_TOKEN", ""),
        "tenant_id": os.environ.get("AZURE_TENANT_ID", ""),
        "least_client_id": os.environ.get("LEAST_CLIENT_ID", ""),
        "least_client_secret": os.environ.get("LEAST_CLIENT_SECRET", ""),
    }


@contextmanager
def _surroundings(options: Options, console: Console) -> Iterator[tuple[Options, Mapping[str, str]]]:
    """Azure as the environment has it; or a local cloud for as long as the run lasts."""
    if not options.local:
        missing = [*options.missing(), *(["--flip goes with --local only."] if options.flip else [])]
        if missing:
            lines = "\n".join(f"  {line}" for line in missing)
            raise click.UsageError(f"Before it starts, say:\n{lines}")
        yield options, {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
        return
    with local_options(options, say=console.print) as (local, environment):
        yield local, environment


def world_of(options: Options, environment: Mapping[str, str], console: Console, **more: Any) -> World:  # noqa: ANN401
    """Connections and recording for a run."""
    flips = [belief.otherwise for belief in all_beliefs() if belief.id == options.flip]
    recorder = Recorder(options.work / "exchanges.jsonl", label="connect", flips=flips)
    settings = CloudSettings(arm_endpoint=options.arm_endpoint, subscription_id=options.subscription)
    around = {
        **environment,
        "AZURE_SUBSCRIPTION_ID": options.subscription,
        "IMAGEGATE_RESOURCE_GROUP": options.group,
        "IMAGEGATE_LOCATION": options.location,
        "IMAGEGATE_ARM_ENDPOINT": options.arm_endpoint,
        "IMAGEGATE_LOG_DIR": str(options.work / "logs"),
        "NO_COLOR": "1",
    }

    def connect(login: Mapping[str, str]) -> Cloud:
        transport = recorded_transport(recorder, ca_bundle=environment.get("REQUESTS_CA_BUNDLE", ""))
        return Cloud.connect(settings, {**around, **login}, transport=transport)

    return World(
        options=options,
        cloud=connect({}),
        least=connect(options.least_login) if options.least_login else None,
        recorder=recorder,
        environment=around,
        clock=SystemClock(),
        say=lambda line: console.print(line, markup=False, soft_wrap=True),
        **more,
    )


def _run(options: Options, environment: Mapping[str, str], console: Console) -> int:
    pseudonyms = Pseudonyms({options.repository: "owner/name"})
    try:
        observe = (lambda site: observed(environment, site)) if options.local else None
        world = world_of(options, environment, console, observe=observe)
        with contextlib.closing(world):
            ended = run(world)
    except ImageGateError as error:
        console.print(str(error), markup=False)
        return error.exit_code
    file = write_recording(world, pseudonyms)
    print_findings(ended.findings, ended.left, console)
    console.print(f"Recording, without ids and secrets: {file}")
    facts = {"version": __version__, "location": options.location, "local": options.local, "flip": options.flip}
    document = pseudonyms.hide_all(document_of(ended.findings, ended.left, facts))
    if options.json_file is not None:
        options.json_file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return _INTERRUPTED if ended.interrupted else exit_code_of(ended.findings, ended.left)
