"""Builds once more with the Function listening, and waits for what it makes of it."""

from __future__ import annotations

from acceptance.api_versions import GALLERIES
from acceptance.exchange import Exchange
from acceptance.places import value_at
from acceptance.sample import image_folder
from acceptance.world import World
from imagegate.waiting import Look


def await_verdict(world: World) -> None:
    """Build once more as the least principal, and read the version until the Function has left its verdict there."""
    if "site" not in world.notes:
        world.recorder.skip("verdict", "there is no Function: its set-up failed")
        return
    options = world.options
    outcome = world.run("verdict", "build", str(image_folder(options)), "--no-follow", environment=options.least_login)
    version_id = str(value_at(outcome.body, "image_version_id") or "")
    if not version_id:
        world.recorder.skip("verdict", f"the build ended with exit code {outcome.status}")
        return

    def look() -> Look[Exchange]:
        found = world.ask("verdict/version", "GET", version_id, api_version=GALLERIES)
        return Look(value=found if value_at(found.body, "tags.imagegate-verdict") else None)

    world.await_value(look, what="the Function's verdict")
