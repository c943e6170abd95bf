"""Wait for rights that the identity of a job was given just now."""

from collections.abc import Callable, Mapping

from imagegate.errors import LoginFailed, NotAuthorised
from imagegate.gateway import not_yet
from imagegate.gateway.cloud import Cloud
from imagegate.settings import AzureSettings
from imagegate.steps.find_container import read_foundation
from imagegate.waiting import Deadline


def await_rights(
    cloud: Cloud,
    azure: AzureSettings,
    environment: Mapping[str, str],
    *,
    deadline: Deadline,
    note: Callable[[str], None],
) -> None:
    """Wait until the identity may read the set-up of its side, two minutes at most.

    Only in a job of GitHub: a person can try again at once. Raises nothing for a right that is missing after that: the
    request that needs it says which one it is.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    patience = not_yet.Patience(deadline=deadline, note=note)
    sides = (azure.resource_group, azure.pull_request_resource_group)
    while not any(_may_read(cloud, group) for group in sides):
        if not patience.wait(not_yet.FIRST_READ):
            return


def _may_read(cloud: Cloud, group: str) -> bool:
    try:
        read_foundation(cloud, group)
    except LoginFailed:
        raise
    except NotAuthorised:
        return False
    return True
