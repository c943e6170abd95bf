"""Find the staging groups of a side that no build uses: Image Builder leaves its logs there, where they can be read."""

import contextlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from imagegate.errors import DeadlinePassed, LoginFailed, NotAuthorised, ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resource_groups import is_empty, read_resource_group
from imagegate.model import ResourceId
from imagegate.model.counted import counted
from imagegate.model.image_version import normalise_region
from imagegate.steps.find_container import foundation_outputs
from imagegate.steps.sweep_expired import find_expired_templates, sweep_expired
from imagegate.waiting import Deadline, Look, poll

_REMOVAL_S = 240
_USED_BY = "imagetemplatename"
"""Tag that Image Builder sets on a group that it uses. Source: image builder JSON reference, stagingResourceGroup."""


def find_staging_groups(
    cloud: Cloud, resource_group: str, *, location: str, deadline: Deadline, note: Callable[[str], None]
) -> list[ResourceId]:
    """The free groups of the side in `resource_group`, in random order: two jobs rarely begin with the same one.

    A group is free when it is empty, in the template's region, and not tagged by an image template. Where none is,
    expired templates of the side are removed, and waited for. Notes once where none is free then, because the log of
    a group that Image Builder makes may be closed to this identity; what cannot be looked at is noted, too.
    """
    names = list(foundation_outputs(cloud, resource_group).get("stagingResourceGroups") or ())
    free = _free(cloud, names, location, note)
    if names and not free and _remove_expired(cloud, resource_group, deadline, note):
        free = _free(cloud, names, location, note)
    if not free:
        why = f"none of {', '.join(names)} is free" if names else "`imagegate setup` made none in this release's form"
        note(
            f"no staging group: {why}. Image Builder makes one of its own, and this identity may not be able to "
            "read the build log there"
        )
    secrets.SystemRandom().shuffle(free)
    return free


def _free(cloud: Cloud, names: Sequence[str], location: str, note: Callable[[str], None]) -> list[ResourceId]:
    return [
        ResourceId.resource_group_of(cloud.subscription_id, name)
        for name in names
        if _is_free(cloud, name, location, note)
    ]


def _remove_expired(cloud: Cloud, resource_group: str, deadline: Deadline, note: Callable[[str], None]) -> bool:
    """Whether there was something to remove; a template's deletion empties its staging group."""
    left = {one.id for one in find_expired_templates(cloud, resource_group, now=datetime.now(UTC))}
    if not left:
        return False
    note(f"no staging group is free: removing {counted(len(left), 'expired image template')} first")

    def look() -> Look[bool]:
        left.difference_update({one for one in left if sweep_expired(cloud, one) is None})
        return Look(value=True if not left else None)

    with contextlib.suppress(DeadlinePassed):
        limit = Deadline.after(min(_REMOVAL_S, deadline.remaining_s), deadline.clock)
        poll(look, deadline=limit, what="the deletion of expired image templates", interval_s=10, first_interval_s=1)
    return True


def _is_free(cloud: Cloud, name: str, location: str, note: Callable[[str], None]) -> bool:
    try:
        group = read_resource_group(cloud, name)
        tags = {str(tag).lower() for tag in group.get("tags") or {}}
        if _USED_BY in tags or normalise_region(str(group["location"])) != normalise_region(location):
            return False
        return is_empty(cloud, name)
    except LoginFailed:
        raise
    except (NotAuthorised, ResourceMissing) as error:
        note(error.message.splitlines()[0])
        return False
