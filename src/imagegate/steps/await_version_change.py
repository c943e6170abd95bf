"""Change an image version, and wait until it is as wished."""

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import ResourceId
from imagegate.waiting import Deadline, Look, poll

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10


def await_version_change(cloud: Cloud, version_id: ResourceId, wish: VersionWish, *, deadline: Deadline) -> None:
    """Send the change and look until the version shows it.

    Raises:
        DeadlinePassed: it does not show it in time.
        ResourceMissing, ServiceRefused: the version is gone, or the gallery refuses.
    """

    def look() -> Look[bool]:
        return Look(value=True if advance_image_version(cloud, version_id, wish)["done"] else None)

    what = f"the change of the image version {version_id.name}"
    poll(look, deadline=deadline, what=what, interval_s=_LONGEST_PAUSE_S, first_interval_s=_FIRST_PAUSE_S)
