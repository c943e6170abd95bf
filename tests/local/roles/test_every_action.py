"""Every action of every role that set-up makes is needed: without it some story fails, or shows less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from acceptance.template_parts import role_actions
from roles.claims import Claim, claims_of
from roles.role_actions import RoleAction, role_actions_in
from roles.stories import FirstTimes, askers_of
from roles.story import Ended, Story, ended
from roles.world import World

pytestmark = pytest.mark.timeout(600)  # the first test's is for set-up and all stories
_ACTIONS = sorted(role_actions("actions") | role_actions("dataActions"))


def test_every_story_ends_as_it_should(first_times: FirstTimes) -> None:
    """With all rights each story has its own ending, so that another one means something."""
    wanted = {str(story): story.exit_code for story in first_times}

    assert {str(story): first.ended.exit_code for story, first in first_times.items()} == wanted


def test_every_action_is_asked_for(world: World, first_times: FirstTimes) -> None:
    """Without any one action of any one role, something that a story asked for would be refused."""
    found = role_actions_in(world.local.cloud.store)

    assert [str(one) for one in found if not list(askers_of(one, world, first_times))] == []
    assert sorted({one.action for one in found}) == _ACTIONS  # which the next test takes out, one after the other


@pytest.mark.slow
@pytest.mark.parametrize("action", _ACTIONS)
def test_without_the_action(action: str, world: World, first_times: FirstTimes) -> None:
    """Everybody who asks for it by a role misses it: the story fails and names it, or ends as `claims` says."""
    faults = [
        f"{one}, {story}: {fault}"
        for one in role_actions_in(world.local.cloud.store)
        if one.action == action
        for story, claim in _to_tell(one, world, first_times)
        for fault in _faults(one, claim, _without(one, story, world), first_times[story].ended)
    ]

    assert not faults, "\n".join(faults)


def _to_tell(one: RoleAction, world: World, first_times: FirstTimes) -> Iterator[tuple[Story, Claim]]:
    """For everybody who asks, the story that shows it: by default the first one, which is to be refused."""
    for _, stories in askers_of(one, world, first_times):
        claimed = [
            (story, claim)
            for claim in claims_of(one.role, one.action)
            for story in stories
            if story.name == claim.story
        ]
        yield claimed[0] if claimed else (stories[0], Claim(story=stories[0].name))


def _without(one: RoleAction, story: Story, world: World) -> Ended:
    with one.taken_out(world.local.cloud.store):
        return ended(story, world)


def _faults(one: RoleAction, claim: Claim, found: Ended, before: Ended) -> Iterator[str]:
    """What the ending lacks of the claim, and what it had with all rights, too."""
    says, now, then = claim.says or one.action, found.told.lower(), before.told.lower()
    if found.exit_code != claim.exit_code:
        yield f"exit code {found.exit_code}, not {claim.exit_code}: {found.told[-500:]}"
    if (claim.says or not claim.lacks) and (says.lower() not in now or says.lower() in then):
        yield f'it does not say "{says}", or always does: {found.told[-500:]}'
    if claim.lacks and (claim.lacks.lower() in now or claim.lacks.lower() not in then):
        yield f'it says "{claim.lacks}" nevertheless, or never does: {found.told[-500:]}'
