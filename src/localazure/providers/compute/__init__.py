"""Microsoft.Compute: galleries, managed images, disks, virtual machines and what they offer."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute import (
    accepted,
    disks,
    galleries,
    image_definitions,
    image_versions,
    virtual_machines,
)
from localazure.providers.compute.guest import Guest
from localazure.providers.compute.machines import Machines
from localazure.providers.compute.settings import ComputeSettings


def operations(cloud: Cloud, settings: ComputeSettings | None = None) -> list[Operation]:
    """Every operation of Microsoft.Compute. Also ends what a restart cut off."""
    settings = settings or ComputeSettings()
    image_versions.fail_what_a_restart_cut_off(cloud)
    machines = Machines(cloud, settings)
    guest = Guest(cloud, machines, settings)
    return [
        *accepted.operations(cloud),
        *galleries.operations(cloud),
        *image_definitions.operations(cloud),
        *image_versions.operations(cloud, settings),
        *disks.operations(cloud),
        *virtual_machines.operations(cloud, machines, guest),
    ]
