"""An image version of a gallery, as far as proving and promoting it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from imagegate.model.resource_id import ResourceId
from imagegate.model.run import parse_time


def normalise_region(name: str) -> str:
    """`West Europe` and `westeurope` are one region."""
    return name.replace(" ", "").lower()


@dataclass(frozen=True, kw_only=True)
class TargetRegion:
    """A region that the version is kept in; `replication` is None where the answer did not carry it."""

    name: str
    excluded_from_latest: bool = False
    replication: str | None = None
    progress_percent: int | None = None
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageVersion:
    """`excluded_from_latest` is the global flag; each region has one of its own."""

    id: ResourceId
    location: str
    provisioning_state: str
    excluded_from_latest: bool
    regions: tuple[TargetRegion, ...]
    published_at: datetime | None
    end_of_life_at: datetime | None
    tags: Mapping[str, str]

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From the resource as ARM answers it, with or without `$expand=ReplicationStatus`.

        The global exclude flag may be absent in answers; that means false.
        """
        properties = body.get("properties") or {}
        profile = properties.get("publishingProfile") or {}
        summary = (properties.get("replicationStatus") or {}).get("summary") or []
        status = {normalise_region(str(entry.get("region", ""))): entry for entry in summary}
        return cls(
            id=ResourceId.parse(body["id"]),
            location=str(body.get("location", "")),
            provisioning_state=str(properties.get("provisioningState", "")),
            excluded_from_latest=bool(profile.get("excludeFromLatest")),
            regions=tuple(_region(region, status) for region in profile.get("targetRegions") or []),
            published_at=parse_time(profile.get("publishedDate")),
            end_of_life_at=parse_time(profile.get("endOfLifeDate")),
            tags=dict(body.get("tags") or {}),
        )

    @property
    def version(self) -> str:
        """`1.2.3`."""
        return self.id.name

    @property
    def number(self) -> tuple[int, ...]:
        """What versions are ordered by; empty, and so the lowest, for a name that is no version."""
        parts = self.id.name.split(".")
        return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else ()

    @property
    def edition(self) -> str:
        """`1.2.3/20261120T100000Z`: a version made again under its number has another; "" before it is there."""
        return f"{self.id.name.lower()}/{self.published_at:%Y%m%dT%H%M%SZ}" if self.published_at else ""

    @property
    def visible_in(self) -> frozenset[str]:
        """The regions, normalised, where `latest` may resolve to it. The global flag outweighs those of the regions."""
        if self.excluded_from_latest:
            return frozenset()
        shown = {normalise_region(region.name) for region in self.regions if not region.excluded_from_latest}
        return frozenset(shown if self.regions else {normalise_region(self.location)})

    @property
    def hidden_in(self) -> frozenset[str]:
        """The regions, normalised, that keep it and where `latest` passes it over."""
        return frozenset(normalise_region(region.name) for region in self.regions) - self.visible_in

    @property
    def pending(self) -> bool:
        """Whether the gallery still makes or changes it, and so refuses another change."""
        return self.provisioning_state.lower() in {"creating", "updating", "migrating"}

    @property
    def definition_id(self) -> ResourceId:
        """The image definition that the version belongs to."""
        return self.id.parent

    @property
    def succeeded(self) -> bool:
        """Whether the gallery finished making it."""
        return self.provisioning_state.lower() == "succeeded"

    def region(self, name: str) -> TargetRegion | None:
        """The region of that name, in any spelling."""
        wanted = normalise_region(name)
        return next((region for region in self.regions if normalise_region(region.name) == wanted), None)

    def __str__(self) -> str:
        return "/".join(self.id.names)


def _region(body: Mapping[str, Any], status: Mapping[str, Mapping[str, Any]]) -> TargetRegion:
    entry = status.get(normalise_region(str(body.get("name", ""))), {})
    return TargetRegion(
        name=str(body.get("name", "")),
        excluded_from_latest=bool(body.get("excludeFromLatest")),
        replication=entry.get("state"),
        progress_percent=entry.get("progress"),
        details=str(entry.get("details") or ""),
    )
