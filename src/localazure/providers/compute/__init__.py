"""Microsoft.Compute: galleries, managed images, disks, virtual machines and what they offer."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute import (
    accepted,
    boot_diagnostics,
    disks,
    galleries,
    image_definitions,
    image_versions,
    managed_images,
    platform_images,
    quotas,
    run_command,
    run_commands,
    size_catalog,
    snapshots,
    soft_deletion,
    ssh_keys,
    virtual_machines,
    vm_extensions,
    vm_power,
)
from localazure.providers.compute.guest import Guest
from localazure.providers.compute.guest_scripts import GuestScripts
from localazure.providers.compute.machines import Machines
from localazure.providers.compute.settings import ComputeSettings


def operations(cloud: Cloud, settings: ComputeSettings | None = None) -> list[Operation]:
    """Every operation of Microsoft.Compute. Also ends what a restart cut off."""
    settings = settings or ComputeSettings()
    image_versions.fail_what_a_restart_cut_off(cloud)
    machines = Machines(cloud, settings)
    guest, scripts = Guest(cloud, machines, settings), GuestScripts(machines)
    return [
        *accepted.operations(cloud),
        *galleries.operations(cloud),
        *image_definitions.operations(cloud),
        *image_versions.operations(cloud),
        *soft_deletion.operations(cloud),
        *managed_images.operations(cloud),
        *snapshots.operations(cloud),
        *disks.operations(cloud),
        *virtual_machines.operations(cloud, machines, guest),
        *vm_power.operations(cloud, machines),
        *vm_extensions.operations(cloud),
        *run_command.operations(cloud, scripts),
        *run_commands.operations(cloud, scripts, settings),
        *boot_diagnostics.operations(cloud),
        *platform_images.operations(cloud),
        *quotas.operations(cloud, limit=lambda: cloud.settings.current.regional_cores),
        *size_catalog.operations(),
        *ssh_keys.operations(cloud),
    ]
