"""Azure's public regions: normalized name to display name, as version documents and replication states print them."""

from __future__ import annotations

_DISPLAY_NAMES = (
    "Australia Central, Australia East, Australia Southeast, Brazil South, Canada Central, Canada East, Central India, "
    "Central US, Chile Central, East Asia, East US, East US 2, France Central, France South, Germany North, "
    "Germany West Central, Indonesia Central, Israel Central, Italy North, Japan East, Japan West, Jio India West, "
    "Korea Central, Korea South, Malaysia West, Mexico Central, New Zealand North, North Central US, North Europe, "
    "Norway East, Norway West, Poland Central, Qatar Central, South Africa North, South Africa West, "
    "South Central US, South India, Southeast Asia, Spain Central, Sweden Central, Switzerland North, "
    "Switzerland West, UAE Central, UAE North, UK South, UK West, West Central US, West Europe, West India, West US, "
    "West US 2, West US 3"
)
DISPLAY_NAMES = {name.replace(" ", "").lower(): name for name in _DISPLAY_NAMES.split(", ")}


def normalized(region: str) -> str:
    """`West US 2` and `westus2` are one region."""
    return region.replace(" ", "").lower()


def display_name(region: str) -> str:
    """The region as Compute prints it; an unknown one stays as it was written."""
    return DISPLAY_NAMES.get(normalized(region), region)
