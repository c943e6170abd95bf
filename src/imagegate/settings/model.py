"""Settings as the rest of the program sees them: frozen, complete, checked."""

from dataclasses import dataclass
from pathlib import Path

from imagegate.errors import InputFault
from imagegate.model import ResourceId, SmokeSpec


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """Which cloud and which subscription: all that a command without a folder needs."""

    arm_endpoint: str
    subscription_id: str


@dataclass(frozen=True, kw_only=True)
class AzureSettings(CloudSettings):
    """Where the image is built and kept. `further_definitions` are others that the template may distribute to."""

    resource_group: str
    smoke_resource_group: str
    location: str
    gallery: str
    definition: str
    identity: str
    further_definitions: tuple[ResourceId, ...] = ()

    @property
    def pull_request_resource_group(self) -> str:
        """Where the side of pull requests builds, if `imagegate setup --pull-requests` made it."""
        return f"{self.resource_group}-pull-requests"

    def builder_id(self, resource_group: str) -> ResourceId:
        """The identity that Image Builder acts as on the side that builds in a resource group."""
        return ResourceId.of(
            self.subscription_id,
            resource_group,
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            self.identity,
        )

    @property
    def gallery_image_id(self) -> ResourceId:
        """The image definition."""
        return ResourceId.of(
            self.subscription_id,
            self.resource_group,
            "Microsoft.Compute/galleries/images",
            self.gallery,
            self.definition,
        )


@dataclass(frozen=True, kw_only=True)
class DefinitionSettings:
    """How the image definition is made, if it has to be."""

    publisher: str
    offer: str
    sku: str
    security_type: str
    hyper_v_generation: str
    architecture: str


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """Patience, and where to build. `timeout_s` None means the template's own limit and half an hour.

    `replication_timeout_s` is for versions that are still being replicated when the run's own time is over.
    `vm_sizes` are sizes of the build VM in the order to try; without any it is the template's own.
    """

    vm_sizes: tuple[str, ...] = ()
    timeout_s: int | None
    submit_timeout_s: int
    replication_timeout_s: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All of imagegate.yaml, the environment and the arguments, as one.

    `parameters_fault` says that the parameter file is not there. Only a build needs it, and names it with the faults of
    the template.
    """

    folder: Path
    file: Path
    name: str
    template: Path
    parameters: Path | None
    parameters_fault: InputFault | None = None
    azure: AzureSettings
    definition: DefinitionSettings
    build: BuildSettings
    smoke: SmokeSpec
