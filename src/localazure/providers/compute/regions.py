"""How Compute prints regions: by display name, as version documents and replication states do (recorded)."""

from __future__ import annotations

from localazure.arm.locations import LOCATIONS, normalized


def display_name(region: str) -> str:
    """`westus2` is printed `West US 2`; an unknown region stays as it was written."""
    known = LOCATIONS.get(normalized(region))
    return known.display_name if known else region
