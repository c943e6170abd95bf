"""What a build ends with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagegate.model.resource_id import ResourceId
from imagegate.model.run import Run
from imagegate.model.stamp import Stamp


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """`image_versions` has each distributor's artifact by run output name; `resources` the ids of what was made.

    `regions` are those that the distributors were told to keep versions in; `replication` has their states in words
    where the run ended before they were complete, and was waited for. `signed` are the ids of the gallery versions that
    the job signed, `unsigned` has the reason for each of the others.
    """

    image_version_id: ResourceId | None
    image_versions: Mapping[str, str]
    template_id: ResourceId
    content_hash: str
    base_version: str
    stamp: Stamp
    run: Run
    substates: Mapping[str, float]
    staging_resource_group: str
    customization_log: str | None
    timings: Mapping[str, float]
    resources: tuple[str, ...]
    regions: tuple[str, ...] = ()
    replication: Mapping[str, str] = field(default_factory=dict)
    signed: tuple[str, ...] = ()
    unsigned: Mapping[str, str] = field(default_factory=dict)

    @property
    def image_version_ids(self) -> tuple[str, ...]:
        """Every gallery version of the run; a managed image or a VHD is none."""
        return gallery_versions(self.image_versions)

    def to_json(self) -> dict[str, Any]:
        """The JSON form of `imagegate build`."""
        return {
            "command": "build",
            "image_version_id": str(self.image_version_id) if self.image_version_id else None,
            "image_version_ids": list(self.image_version_ids),
            "image_versions": dict(self.image_versions),
            "template_id": str(self.template_id),
            "template_name": self.template_id.name,
            "content_hash": self.content_hash,
            "base_version": self.base_version,
            "stamp": self.stamp.to_json(),
            "run": {**self.run.to_json(), "substates": dict(self.substates)},
            "staging_resource_group": self.staging_resource_group,
            "customization_log": self.customization_log,
            "timings": dict(self.timings),
            "resources": list(self.resources),
            "regions": list(self.regions),
            "replication": dict(self.replication),
            "signed": list(self.signed),
            "unsigned": dict(self.unsigned),
        }


def gallery_versions(artifacts: Mapping[str, str]) -> tuple[str, ...]:
    """The artifacts that are versions of a gallery, each once."""
    return tuple(dict.fromkeys(one for one in artifacts.values() if "/galleries/" in one.lower()))
