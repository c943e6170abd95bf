"""Builds the sample as a principal that has what `imagegate setup --principal-id` gave it, and nothing else."""

from __future__ import annotations

from acceptance.sample import image_folder
from acceptance.world import World


def build_as_least(world: World) -> None:
    """Run `imagegate build` as the least principal; every refusal is in the recording."""
    if world.least is None:
        world.recorder.skip("least", "needs a second principal: LEAST_CLIENT_ID")
        return
    options = world.options
    world.run("least", "build", str(image_folder(options)), "--no-follow", environment=options.least_login)
