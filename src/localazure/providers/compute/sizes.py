"""Virtual machine sizes: the few that templates and smoke tests use, with what decides whether a machine may start.

The numbers are those of Azure's published size pages; `vm_sizes.json` holds them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, kw_only=True)
class Size:
    """One size. `generations` are the hypervisor generations that it boots."""

    name: str
    family: str
    vcpus: int
    memory_gib: float
    resource_disk_gib: int
    generations: tuple[str, ...]
    trusted_launch: bool
    architecture: str
    premium_io: bool

    @property
    def memory_mib(self) -> int:
        """The memory in MiB."""
        return int(self.memory_gib * 1024)


@cache
def all_sizes() -> tuple[Size, ...]:
    """Every known size, in the data file's order."""
    text = resources.files("localazure.providers.compute").joinpath("vm_sizes.json").read_text("utf-8")
    return tuple(
        Size(
            name=row["name"],
            family=row["family"],
            vcpus=row["vcpus"],
            memory_gib=row["memoryGB"],
            resource_disk_gib=row["resourceDiskGB"],
            generations=tuple(row["hyperVGenerations"].split(",")),
            trusted_launch=row["trustedLaunch"],
            architecture=row["architecture"],
            premium_io=row["premiumIO"],
        )
        for row in json.loads(text)
    )


def find(name: str) -> Size | None:
    """The size of that name, without regard to case."""
    return next((size for size in all_sizes() if size.name.lower() == name.lower()), None)
