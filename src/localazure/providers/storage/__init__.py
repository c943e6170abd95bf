"""Microsoft.Storage: accounts, their keys, and blob containers. The blobs themselves have a port of their own."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.storage.accounts import StorageAccounts
from localazure.providers.storage.containers import Containers
from localazure.providers.storage.lifetimes import ManagementPolicies
from localazure.providers.storage.tokens import SharedAccess


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    rooms = (StorageAccounts, SharedAccess, ManagementPolicies, Containers)
    return [operation for room in rooms for operation in room(cloud).operations()]
