"""Microsoft.Web: plans and function apps as resources; what runs an app is the room `functions`."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.web.plans import Plans
from localazure.providers.web.sites import Sites


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [*Plans(cloud).operations(), *Sites(cloud).operations()]
