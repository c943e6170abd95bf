"""Make the groups in which Image Builder builds, so that rights on its logs can be given beforehand."""

from collections.abc import Callable

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import read_deployment
from imagegate.gateway.resource_groups import ensure_resource_group
from imagegate.model import OWNER, OWNER_TAG
from imagegate.steps.deploy_foundation import FOUNDATION

DEFAULT_COUNT = 2


def make_staging_groups(
    cloud: Cloud, group: str, *, location: str, count: int | None, note: Callable[[str], None]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make what is missing of `<group>-staging-1` and so on; all names, and those that were made now.

    Without `count` there are as many as the last set-up of the side had, or two. A group that is not needed any more
    stays.
    """
    wanted = len(_known(cloud, group) or range(DEFAULT_COUNT)) if count is None else count
    names = tuple(f"{group}-staging-{number}" for number in range(1, wanted + 1))
    made = []
    for name in names:
        if ensure_resource_group(cloud, name, location=location, tags={OWNER_TAG: OWNER}):
            made.append(name)
            note(f"made {name}")
    return names, tuple(made)


def _known(cloud: Cloud, group: str) -> list[str]:
    last = read_deployment(cloud, group, FOUNDATION)
    return list(last.outputs.get("stagingResourceGroups") or ()) if last else []
