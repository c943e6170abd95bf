"""Lets a customizer fail, and looks at the template that is left: its run, its own times, a change of its tags."""

from __future__ import annotations

from acceptance.api_versions import TEMPLATES
from acceptance.places import value_at
from acceptance.sample import failing_folder
from acceptance.world import World


def fail_a_build(world: World) -> None:
    """As the least principal build with a customizer that ends in 7; read, change and delete what is left."""
    options = world.options
    outcome = world.run("fail", "build", str(failing_folder(options)), "--no-follow", environment=options.least_login)
    path = str(value_at(outcome.body, "error.ids.resource") or "")
    if not path:
        world.recorder.skip("fail", f"the build ended with exit code {outcome.status} and left no template")
        return
    before = world.ask("fail/template", "GET", path, api_version=TEMPLATES)
    world.clock.sleep(world.options.interval_s / 4)  # so that the time of a write differs from the one before
    tags = {**((before.body or {}).get("tags") or {}), "imagegate-acceptance": "changed"}
    world.ask("fail/patch", "PATCH", path, api_version=TEMPLATES, body={"tags": tags})
    world.await_settled("fail/template-after-patch", path, api_version=TEMPLATES)
    world.ask("fail/delete", "DELETE", path, api_version=TEMPLATES)
