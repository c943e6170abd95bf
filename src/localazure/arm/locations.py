"""Azure's public regions: short name, display name, geography group (learn.microsoft.com, "List of Azure regions")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Location:
    """One region."""

    name: str
    display_name: str
    geography: str
    category: str = "Other"

    def document(self, subscription_id: str) -> dict[str, Any]:
        """As `GET /subscriptions/{id}/locations` lists it."""
        return {
            "id": f"/subscriptions/{subscription_id}/locations/{self.name}",
            "name": self.name,
            "type": "Region",
            "displayName": self.display_name,
            "regionalDisplayName": f"({self.geography}) {self.display_name}",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": self.category,
                "geographyGroup": self.geography,
            },
        }


_RECOMMENDED = {
    "US": ("East US", "East US 2", "South Central US", "West US 2", "West US 3", "Central US"),
    "Asia Pacific": ("Australia East", "Southeast Asia", "Central India", "East Asia", "Japan East", "Korea Central"),
    "Europe": (
        "North Europe", "Sweden Central", "UK South", "West Europe", "France Central", "Germany West Central",
        "Italy North", "Norway East", "Poland Central", "Spain Central", "Switzerland North",
    ),
    "Canada": ("Canada Central",),
    "South America": ("Brazil South",),
    "Africa": ("South Africa North",),
    "Middle East": ("UAE North", "Israel Central", "Qatar Central"),
}  # fmt: skip
_OTHER = {
    "US": ("North Central US", "West US", "West Central US"),
    "Asia Pacific": ("Japan West", "Australia Central", "Australia Southeast", "Korea South", "South India"),
    "Europe": ("UK West", "Germany North", "Norway West", "Switzerland West", "France South"),
    "Canada": ("Canada East",),
}


def normalized(location: str) -> str:
    """`West Europe` and `westeurope` are one region: ARM compares and answers the short name."""
    return location.replace(" ", "").lower()


LOCATIONS: dict[str, Location] = {
    normalized(name): Location(normalized(name), name, geography, category)
    for category, groups in (("Recommended", _RECOMMENDED), ("Other", _OTHER))
    for geography, names in groups.items()
    for name in names
}
