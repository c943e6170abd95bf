"""Microsoft.Resources: subscriptions, groups, provider registration, deployments, tags and lists of resources."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.resources.contents import Resources
from localazure.providers.resources.deployments import Deployments
from localazure.providers.resources.group_export import GroupExport
from localazure.providers.resources.groups import ResourceGroups
from localazure.providers.resources.registrations import Registrations
from localazure.providers.resources.subscriptions import Subscriptions
from localazure.providers.resources.tag_names import TagNames
from localazure.providers.resources.tags import Tags


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    rooms = (Subscriptions, Registrations, ResourceGroups, GroupExport, Resources, Tags, TagNames, Deployments)
    return [operation for room in rooms for operation in room(cloud).operations()]
