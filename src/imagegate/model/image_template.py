"""An image template as ARM keeps it, and what its runs put out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from imagegate.model.resource_id import ResourceId
from imagegate.model.run import Run, parse_time
from imagegate.model.stamp import Stamp

DEFAULT_BUILD_TIMEOUT_MINUTES = 240
"""What 0 and absent mean. Source: image builder template reference, `buildTimeoutInMinutes`."""


@dataclass(frozen=True, kw_only=True)
class ImageTemplate:
    """What a build and the Function need of a template.

    `created_at` and `modified_at` are of Azure Resource Manager's `systemData`; None where it answers none.
    """

    id: ResourceId
    tags: Mapping[str, str]
    provisioning_state: str
    provisioning_error: str
    provisioning_error_code: str
    run: Run | None
    staging_resource_group: str
    created_at: datetime | None = None
    modified_at: datetime | None = None

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From the resource as ARM answers it."""
        properties = body.get("properties") or {}
        error = properties.get("provisioningError") or {}
        system = body.get("systemData") or {}
        staging = str(properties.get("exactStagingResourceGroup") or "")
        return cls(
            id=ResourceId.parse(str(body["id"])),
            tags=dict(body.get("tags") or {}),
            provisioning_state=str(properties.get("provisioningState") or ""),
            provisioning_error=str(error.get("message") or ""),
            provisioning_error_code=str(error.get("provisioningErrorCode") or ""),
            run=Run.from_arm(properties.get("lastRunStatus")),
            staging_resource_group=staging.rstrip("/").rsplit("/", 1)[-1],
            created_at=parse_time(system.get("createdAt")),
            modified_at=parse_time(system.get("lastModifiedAt")),
        )

    @property
    def state(self) -> str:
        """The provisioning state in lower case, since the service is not consistent about capitals."""
        return self.provisioning_state.lower()

    @property
    def settled(self) -> bool:
        """Whether the service is done with the last change."""
        return self.state in {"succeeded", "failed", "canceled"}

    @property
    def running(self) -> bool:
        """Whether a run goes on."""
        return self.run is not None and not self.run.ended

    @property
    def stamp(self) -> Stamp:
        """Where the template says its next or current version comes from."""
        return Stamp.from_tags(self.tags)


@dataclass(frozen=True, kw_only=True)
class RunOutput:
    """What a distributor made: `artifact_id` is an image version or a managed image, `artifact_uri` a VHD."""

    name: str
    artifact_id: ResourceId | None
    artifact_uri: str
    provisioning_state: str

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From the resource as ARM answers it."""
        properties = body.get("properties") or {}
        artifact = str(properties.get("artifactId") or "")
        return cls(
            name=str(body.get("name") or ""),
            artifact_id=ResourceId.parse(artifact) if artifact else None,
            artifact_uri=str(properties.get("artifactUri") or ""),
            provisioning_state=str(properties.get("provisioningState") or ""),
        )
