"""A smoke VM by name: everything that belongs to it can be found again from the name alone."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from imagegate.model.image_version import normalise_region
from imagegate.model.resource_id import ResourceId
from imagegate.model.stamp import EXPIRES_AT_TAG

DEPLOYMENT_TYPE = "Microsoft.Resources/deployments"
VM_TYPE = "Microsoft.Compute/virtualMachines"
CREATED_AT_TAG = "imagegate-created-at"
"""RFC 3339 UTC, on all of it: a group's list need not say when a resource was made."""


def lifetime_tags(now: datetime, lifetime_s: float) -> dict[str, str]:
    """When all of it is made, and when the sweep may take it away."""
    end = now + timedelta(seconds=lifetime_s)
    return {CREATED_AT_TAG: f"{now:%Y-%m-%dT%H:%M:%SZ}", EXPIRES_AT_TAG: f"{end:%Y-%m-%dT%H:%M:%SZ}"}


@dataclass(frozen=True, kw_only=True)
class SmokeVm:
    """A smoke VM that exists or may exist; `name` is that of its deployment, too."""

    name: str
    subscription_id: str
    resource_group: str
    region: str
    vm_size: str

    @classmethod
    def name_for(cls, image_version_id: str, run: str, region: str) -> str:
        """`smoke-` and 12 hex digits: the same for every event about one version in one run, another per region."""
        text = "\n".join((image_version_id.lower(), run, normalise_region(region)))
        return f"smoke-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**body)

    def to_json(self) -> dict[str, str]:
        """All fields by name."""
        return {
            "name": self.name,
            "subscription_id": self.subscription_id,
            "resource_group": self.resource_group,
            "region": self.region,
            "vm_size": self.vm_size,
        }

    def _of(self, resource_type: str, suffix: str = "") -> ResourceId:
        return ResourceId.of(self.subscription_id, self.resource_group, resource_type, f"{self.name}{suffix}")

    @property
    def deployment_id(self) -> ResourceId:
        """The deployment that makes it."""
        return self._of(DEPLOYMENT_TYPE)

    @property
    def id(self) -> ResourceId:
        """The VM itself."""
        return self._of(VM_TYPE)

    @property
    def teardown_stages(self) -> tuple[tuple[ResourceId, ...], ...]:
        """All that it consists of, in the order in which Azure lets it go: what is used by others comes after them.

        Names as in templates/azure/smoke-vm.json. NIC, disk and public IP mostly go with the VM; a VM that was refused
        leaves them behind. The subnet holds the security group.
        """
        return (
            (self.id,),
            (self._of("Microsoft.Network/networkInterfaces", "-nic"),),
            (
                self._of("Microsoft.Network/publicIPAddresses", "-ip"),
                self._of("Microsoft.Compute/disks", "-osdisk"),
                self._of("Microsoft.Network/virtualNetworks", "-vnet"),
            ),
            (self._of("Microsoft.Network/networkSecurityGroups", "-nsg"),),
            (self.deployment_id,),
        )
