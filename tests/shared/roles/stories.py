"""All stories, and how each went once with all rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from roles.build_stories import BUILD_STORIES
from roles.function_stories import FUNCTION_STORIES
from roles.recorder import Ask, recorded
from roles.role_actions import RoleAction
from roles.smoke_stories import SMOKE_STORIES
from roles.story import Ended, Story, ended
from roles.world import World


@dataclass(frozen=True, kw_only=True)
class FirstTime:
    """How a story ended, and what was asked for and allowed meanwhile."""

    ended: Ended
    asks: frozenset[Ask]


type FirstTimes = Mapping[Story, FirstTime]


def tell_all(world: World) -> FirstTimes:
    """Tell every story once, in its order: the first build makes the version that the others are about."""
    return {story: _told(story, world) for story in (*BUILD_STORIES, *SMOKE_STORIES, *FUNCTION_STORIES)}


def _told(story: Story, world: World) -> FirstTime:
    with recorded(world.local.cloud.decisions) as asks:
        found = ended(story, world)
    return FirstTime(ended=found, asks=frozenset(asks))


def askers_of(one: RoleAction, world: World, first_times: FirstTimes) -> Iterator[tuple[str, list[Story]]]:
    """Everybody who asked for the action and has it by this role alone, with the stories that asked."""
    found: dict[str, list[Story]] = {}
    decisions = world.local.cloud.decisions
    with one.taken_out(world.local.cloud.store):
        for story, first in first_times.items():
            asks = [ask for ask in first.asks if ask.action.lower() == one.action.lower()]
            for object_id in sorted({ask.object_id for ask in asks if not ask.allowed_by(decisions)}):
                found.setdefault(object_id, []).append(story)
    yield from found.items()
