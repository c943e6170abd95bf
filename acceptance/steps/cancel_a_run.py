"""Asks for a running template's deletion, cancels its run from beside, and times how long that takes to end."""

from __future__ import annotations

from collections.abc import Callable

from acceptance.api_versions import TEMPLATES
from acceptance.exchange import Exchange
from acceptance.places import value_at
from acceptance.sample import image_folder
from acceptance.steps.build_image import ask_during_run
from acceptance.world import World
from imagegate.waiting import Look


def cancel_a_run(world: World) -> None:
    """Run `imagegate build` as the least principal, cancel its run, and read the template until the run has ended."""
    with world.hold() as release:
        world.run(
            "cancel",
            "build",
            str(image_folder(world.options)),
            "--no-follow",
            environment=world.options.least_login,
            during=lambda runs: ask_during_run(world, "cancel", runs, _cancel, release),
        )


def _cancel(world: World, template: str, runs: Callable[[], bool]) -> None:
    world.ask("cancel/delete", "DELETE", template, api_version=TEMPLATES)  # a run that ends anyway is risked
    world.ask("cancel/cancel", "POST", f"{template}/cancel", api_version=TEMPLATES)

    def look() -> Look[Exchange]:
        found = world.ask("cancel/template-after", "GET", template, api_version=TEMPLATES)
        state = value_at(found.body, "properties.lastRunStatus.runState")
        goes_on = state in ("Running", "Canceling") and runs()
        return Look(value=None if goes_on else found)

    world.await_value(look, what="the end of a cancelled run")
