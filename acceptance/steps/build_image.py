"""Builds the sample, and asks during the run what may only be asked then."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from acceptance.api_versions import GALLERIES, TEMPLATES
from acceptance.exchange import Exchange
from acceptance.places import value_at
from acceptance.sample import image_folder
from acceptance.world import World
from imagegate.errors import ImageGateError
from imagegate.gateway.resources import list_templates


def build_image(world: World) -> None:
    """Run `imagegate build`; ask for what a running template refuses; read the version as Azure has it."""
    with world.hold() as release:
        outcome = world.run(
            "build",
            "build",
            str(image_folder(world.options)),
            "--no-follow",
            during=lambda runs: ask_during_run(world, "build", runs, _refused_while_running, release),
        )
    world.version_id = str(value_at(outcome.body, "image_version_id") or "")
    if world.version_id:
        query = {"$expand": "ReplicationStatus"}
        world.ask("build/version", "GET", world.version_id, api_version=GALLERIES, query=query)


def ask_during_run(
    world: World,
    step: str,
    runs: Callable[[], bool],
    ask: Callable[[World, str, Callable[[], bool]], None],
    release: Callable[[], object] | None,
) -> None:
    """Wait for the run of the command that goes on, ask, and let the run end whatever came of it."""
    try:
        template = _running_template(world, step, runs)
        if template:
            ask(world, template, runs)
    finally:
        if release is not None:
            release()


def _running_template(world: World, step: str, runs: Callable[[], bool]) -> str:
    """The template whose run has begun; "" where the command ended before."""
    while runs():
        with contextlib.suppress(ImageGateError):
            for listed in list_templates(world.cloud, world.options.group):
                found = world.ask(f"{step}/template", "GET", listed.id.text, api_version=TEMPLATES)
                if value_at(found.body, "properties.lastRunStatus.runState") == "Running":
                    return listed.id.text
        world.clock.sleep(world.options.interval_s)
    return ""


def _refused_while_running(world: World, template: str, _runs: Callable[[], bool]) -> None:
    """A second run, a change; and the run's operation, as somebody with rights on the group only."""
    world.ask("build/run-again", "POST", f"{template}/run", api_version=TEMPLATES)
    change = {"tags": {"imagegate-acceptance": "changed"}}
    world.ask("build/patch", "PATCH", template, api_version=TEMPLATES, body=change)
    if world.least is None:
        world.recorder.skip("build/operation-by-least", "needs a second principal: LEAST_CLIENT_ID")
    elif url := _operation_url(world):
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        api_version = query.pop("api-version", TEMPLATES)
        label = "build/operation-by-least"
        world.ask(label, "GET", parts.path, api_version=api_version, query=query, cloud=world.least)


def _operation_url(world: World) -> str:
    runs: list[Exchange] = world.recorder.recording().all("build/product", method="POST", path=r"/run$")
    headers = runs[-1].headers if runs else {}
    return headers.get("azure-asyncoperation") or headers.get("location") or ""
