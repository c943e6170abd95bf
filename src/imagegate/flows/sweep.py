"""The sweep: what builds and verifications that were killed, lost or refused left behind.

1. Find expired smoke resources in the smoke groups, and expired image templates of builds.
2. Ask for its deletion, again and again, until it is gone or the deadline: what is used by others goes after them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from imagegate.errors import DeadlinePassed
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import ListedResource
from imagegate.report.progress import Progress
from imagegate.steps.sweep_expired import find_expired, find_expired_templates, sweep_expired
from imagegate.waiting import Deadline, Look, poll


@dataclass(frozen=True, kw_only=True)
class Swept:
    """Resource ids: what was `found`, what of it is `gone`, and what is `left`, with the reason."""

    found: tuple[str, ...]
    gone: tuple[str, ...] = ()
    left: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All by name."""
        left = [{"id": name, "reason": reason} for name, reason in self.left.items()]
        return {"found": list(self.found), "removed": list(self.gone), "resources_left": left}


def sweep(
    cloud: Cloud,
    resource_groups: Sequence[str],
    *,
    template_groups: Sequence[str] = (),
    now: datetime,
    deadline: Deadline,
    progress: Progress,
    older_than_s: int | None = None,
    dry_run: bool = False,
    run: str | None = None,
) -> Swept:
    """Remove what has expired in these groups of the connection's subscription; what has no tag of ours stays.

    Of `template_groups` only image templates are removed, by their expiry alone.

    With `run`, instead, all that carries the tag of that one verification, expired or not.

    It needs no memory of any run. Interrupted or repeated, it goes on where things stand.
    """
    expired = [
        one
        for group in resource_groups
        for one in find_expired(cloud, group, now=now, older_than_s=older_than_s, run=run)
    ]
    expired += [one for group in template_groups for one in find_expired_templates(cloud, group, now=now)]
    found = tuple(one.id.text for one in expired)
    for one in expired:
        progress.note(f"expired: {one.id}")
    if dry_run or not expired:
        return Swept(found=found)
    left = _until_gone(cloud, expired, deadline, progress)
    return Swept(found=found, gone=tuple(one for one in found if one not in left), left=left)


def _until_gone(
    cloud: Cloud, expired: Sequence[ListedResource], deadline: Deadline, progress: Progress
) -> dict[str, str]:
    """What is left at the deadline, with the last reason."""
    left = {one.id.text: "not asked yet" for one in expired}
    by_id = {one.id.text: one.id for one in expired}

    def look() -> Look[bool]:
        for name in tuple(left):
            reason = sweep_expired(cloud, by_id[name])
            if reason is None:
                del left[name]
                progress.undoing(f"gone: {name.rsplit('/', 1)[-1]}")
            else:
                left[name] = reason.splitlines()[0]
        return Look(value=True if not left else None)

    try:
        poll(look, deadline=deadline, what="the sweep", interval_s=10, first_interval_s=1)
    except DeadlinePassed:
        for name, reason in left.items():
            progress.note(f"still there: {name} ({reason})")
    return left
