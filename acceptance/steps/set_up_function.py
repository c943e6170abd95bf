"""Sets the Function up on a fresh group, without waiting for anything by hand, and looks at what the platform found."""

from __future__ import annotations

from acceptance.api_versions import EVENT_GRID, SITES
from acceptance.places import value_at
from acceptance.sample import image_folder
from acceptance.world import World

_NO_REPOSITORY = "example/acceptance"


def set_up_function(world: World) -> None:
    """Run `imagegate setup --function`; list its functions and the topics that wake it."""
    repository = world.options.repository or _NO_REPOSITORY
    given = ["--function", "--repository", repository, "--workflow", "*"]
    outcome = world.run("function", "setup", str(image_folder(world.options)), *given)
    site = str(value_at(outcome.body, "function.function_app_id") or "")
    if not site:
        return
    world.notes["site"] = site
    world.ask("function/functions", "GET", f"{site}/functions", api_version=SITES)
    topics = "providers/Microsoft.EventGrid/systemTopics"
    world.ask("function/topics", "GET", f"{world.group('-function')}/{topics}", api_version=EVENT_GRID)
