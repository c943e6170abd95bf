"""Read how an image version stands: the version, its record, and the versions beside it."""

from dataclasses import dataclass

from imagegate.errors import ImageVersionUnusable, NotAuthorised
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import read_version, read_versions
from imagegate.gateway.records import Records, Stored
from imagegate.model import ImageVersion, ResourceId
from imagegate.model.latest_version import LatestVersion
from imagegate.model.version_record import VersionRecord

_USABLE_STATES = {"succeeded", "updating"}
_ROLE = "Take the role Storage Blob Data Contributor on the container of records; Owner does not include it."


@dataclass(frozen=True, kw_only=True)
class VersionStanding:
    """`siblings` are all versions of the definition, this one included."""

    version: ImageVersion
    stored: Stored[VersionRecord]
    siblings: tuple[ImageVersion, ...]

    @property
    def record(self) -> VersionRecord:
        """What is remembered of it."""
        return self.stored.document

    @property
    def latest(self) -> LatestVersion:
        """What `latest` resolves to."""
        return LatestVersion.of(self.siblings)

    def latest_with(self, changed: ImageVersion) -> LatestVersion:
        """What `latest` would resolve to if the version were like this."""
        return LatestVersion.of([changed if one.id == changed.id else one for one in self.siblings])


def read_standing(cloud: Cloud, records: Records, version_id: ResourceId) -> VersionStanding:
    """The version that a decision is about.

    Raises:
        ImageVersionUnusable: it is gone, still being made, or failed.
        ResourceMissing, NotAuthorised, ServiceError: it or its record cannot be read.
    """
    version = read_version(cloud, version_id)
    if version is None:
        raise ImageVersionUnusable(
            f"The image version {'/'.join(version_id.names)} is gone.", ids={"resource": version_id.text}
        )
    if version.provisioning_state.lower() not in _USABLE_STATES or version.published_at is None:
        raise ImageVersionUnusable(
            f'The image version {version} is not usable: its provisioning state is "{version.provisioning_state}".',
            hint="Only a version that the gallery finished making can be promoted or quarantined.",
            ids={"resource": version_id.text},
        )
    siblings = read_versions(cloud, version.definition_id)
    return VersionStanding(version=version, stored=_stored(records, VersionRecord.of(version)), siblings=siblings)


def _stored(records: Records, fresh: VersionRecord) -> Stored[VersionRecord]:
    """The record; an owner of the group meets a refusal here, since blobs have rights of their own."""
    try:
        return records.find(fresh)
    except NotAuthorised as error:
        raise NotAuthorised(
            error.message,
            scope=records.url,
            hint=f"{_ROLE} A new role assignment takes minutes to arrive.",
            ids=error.ids,
        ) from error
