"""Image version numbers: how they compare, which one is the latest, which one is the next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from localazure.arm.locations import normalized
from localazure.store import Document

_NUMBER = re.compile(r"(\d{1,10})\.(\d{1,10})\.(\d{1,10})")
_LARGEST = 2**31 - 1


def parsed(name: str) -> tuple[int, int, int] | None:
    """`1.2.3` as numbers; None when the name is no version (three integers of 32 bits)."""
    found = _NUMBER.fullmatch(name)
    if found is None:
        return None
    major, minor, patch = (int(part) for part in found.groups())
    return (major, minor, patch) if max(major, minor, patch) <= _LARGEST else None


def latest(versions: Iterable[Document], region: str) -> Document | None:
    """What `latest` means for a machine in `region`: the highest usable number that nothing excludes.

    Excluded are versions whose publishing profile says so, for all regions or for this one
    (azure-compute-docs, shared-image-galleries).
    """
    usable = [version for version in versions if _usable(version.body["properties"], region)]
    return max(usable, key=lambda version: parsed(version.id.name) or (0, 0, 0), default=None)


def target_region(properties: dict[str, Any], region: str) -> dict[str, Any] | None:
    """The publishing profile's entry for a region, or None when the version does not go there."""
    for target in properties.get("publishingProfile", {}).get("targetRegions", ()):
        if normalized(str(target.get("name", ""))) == normalized(region):
            return dict(target)
    return None


def _usable(properties: dict[str, Any], region: str) -> bool:
    target = target_region(properties, region)
    excluded = properties.get("publishingProfile", {}).get("excludeFromLatest") is True
    ready = properties.get("provisioningState") in ("Succeeded", "Updating")
    return ready and not excluded and target is not None and target.get("excludeFromLatest") is not True
