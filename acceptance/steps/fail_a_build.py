"""Lets a customizer fail, and looks at the template that is left: its run, its own times, a change of its tags."""

from __future__ import annotations

from acceptance.api_versions import TEMPLATES
from acceptance.sample import failing_folder
from acceptance.world import World
from imagegate.gateway.resources import list_templates


def fail_a_build(world: World) -> None:
    """Run `imagegate build` with a customizer that ends in 7; read, change and delete what it leaves."""
    world.run("fail", "build", str(failing_folder(world.options)), "--no-follow")
    for listed in list_templates(world.cloud, world.options.group):
        path = listed.id.text
        before = world.ask("fail/template", "GET", path, api_version=TEMPLATES)
        world.clock.sleep(world.options.interval_s / 4)  # so that a time of a write differs from the one before
        tags = {**((before.body or {}).get("tags") or {}), "imagegate-acceptance": "changed"}
        world.ask("fail/patch", "PATCH", path, api_version=TEMPLATES, body={"tags": tags})
        world.await_settled("fail/template-after-patch", path, api_version=TEMPLATES)
        world.ask("fail/delete", "DELETE", path, api_version=TEMPLATES)
        return
