"""Boots the version by each way to reach it, and once with a restart."""

from __future__ import annotations

from acceptance.sample import image_folder, rebooting_folder
from acceptance.world import World


def verify_version(world: World) -> None:
    """As the least principal `imagegate verify` by public address, by run command, and with a reboot; no promotion."""
    if not world.version_id:
        world.recorder.skip("verify-public-ip", "there is no version: the build failed")
        return
    image, rebooting = str(image_folder(world.options)), str(rebooting_folder(world.options))
    for step, folder, reach in (
        ("verify-public-ip", image, "public-ip"),
        ("verify-run-command", image, "run-command"),
        ("verify-reboot", rebooting, "public-ip"),
    ):
        given = (world.version_id, "--image", folder, "--no-promote", "--reach", reach)
        world.run(step, "verify", *given, environment=world.options.least_login)
