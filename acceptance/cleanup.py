"""Takes away what a run has made, however it ended, and says what is left."""

from __future__ import annotations

from azure.core.exceptions import AzureError

from acceptance.api_versions import AUTHORIZATION, RESOURCES
from acceptance.exchange import RUN, Exchange
from acceptance.leftovers import Leftovers, find_leftovers
from acceptance.world import World
from imagegate.errors import DeadlinePassed
from imagegate.waiting import Look


def clean_up(world: World) -> tuple[str, ...]:
    """Delete assignments, roles and groups of the run's prefix, wait until they are gone; what is left, a line each."""
    world.say("Cleaning up: role assignments, role definitions, resource groups")
    found = find_leftovers(world, "cleanup")
    _delete(world, found)

    def look() -> Look[bool]:
        left = find_leftovers(world, "cleanup")
        _delete(world, left)
        return Look(value=True if not left.all else None)

    try:
        world.await_value(look, what="everything to be gone")
    except DeadlinePassed as late:
        world.say(late.message)
    left = find_leftovers(world).all
    world.recorder.add(Exchange(label="left/everything", method=RUN, path="cleanup", body={"left": list(left)}))
    for line in left:
        world.say(f"  still there: {line}")
    if left:
        world.say(
            f"  by hand: az group delete --name NAME; az role definition delete --name ID; prefix {_prefix(world)}"
        )
    return left


def _delete(world: World, found: Leftovers) -> None:
    """Ask for each; what may not go yet is asked for again at the next look."""
    asked = [
        *((path, AUTHORIZATION) for path in (*found.assignments, *found.roles)),
        *((f"{world.subscription}/resourcegroups/{name}", RESOURCES) for name in found.groups),
    ]
    for path, api_version in asked:
        try:
            world.ask("cleanup/delete", "DELETE", path, api_version=api_version)
        except AzureError as error:
            world.say(f"  not deleted yet: {path.rsplit('/', 1)[-1]}: {type(error).__name__}")


def _prefix(world: World) -> str:
    return f"{world.options.prefix}-"
