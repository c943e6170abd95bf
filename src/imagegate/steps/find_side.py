"""Find the side that a job builds on: pull requests have one of their own where the set-up made it."""

from collections.abc import Callable, Mapping

from imagegate.errors import LoginFailed, NotAuthorised
from imagegate.gateway.cloud import Cloud
from imagegate.settings import AzureSettings
from imagegate.steps.find_container import read_foundation

_EVENT = "pull_request"
"""The event whose jobs have the subject `repo:OWNER/NAME:pull_request`. Source: GitHub documentation, OIDC."""


def find_side(
    cloud: Cloud, azure: AzureSettings, environment: Mapping[str, str], *, note: Callable[[str], None]
) -> str:
    """The resource group in which the job builds; only a job of a pull request asks for the other side."""
    if environment.get("GITHUB_EVENT_NAME") != _EVENT:
        return azure.resource_group
    other = find_pull_request_side(cloud, azure, note=note)
    if other is None:
        return azure.resource_group
    note(f"a pull request builds in {other}")
    return other


def find_pull_request_side(cloud: Cloud, azure: AzureSettings, *, note: Callable[[str], None]) -> str | None:
    """The resource group of pull requests; None where there is none, or none that this identity may read.

    No further right is needed to find it: an identity without rights in that group belongs to the other side.
    """
    group = azure.pull_request_resource_group
    try:
        found = read_foundation(cloud, group)
    except LoginFailed:
        raise
    except NotAuthorised:
        note(f"this identity may not read {group}, so it is not of the side of pull requests")
        return None
    return group if found is not None and found.succeeded else None
