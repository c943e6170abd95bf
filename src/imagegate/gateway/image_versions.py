"""Changes what a gallery says about an image version: who gets it as `latest`, how long it lives, its tags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagegate.errors import ResourceConflict, ResourceMissing, ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import API_VERSIONS, get_resource, list_pages
from imagegate.gateway.translation import told_as
from imagegate.model import ImageVersion, ResourceId, normalise_region, parse_time

CHANGE_DEADLINE_S = 1800
"""A change of a version goes to every region; minutes are normal."""

_READ_ONLY = {"publishedDate"}
_PENDING_STATES = {"creating", "updating", "migrating"}


@dataclass(frozen=True, kw_only=True)
class VersionWish:
    """How a version shall be. `excluded` None leaves the flags, `end_of_life` None the date, and "" takes it away.

    A tag that is None is taken away. `excluded_in`: regions, normalised, in which alone it is excluded; the others
    stay as they are.
    """

    excluded: bool | None = None
    excluded_in: frozenset[str] = frozenset()
    end_of_life: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)


def advance_image_version(cloud: Cloud, version_id: ResourceId, wish: VersionWish) -> dict[str, Any]:
    """Look at the version, and send one change if it is not as wished; call again until `done`.

    `done` is only said of what was read back, `sent` of a change that was accepted. The publishing profile is sent
    whole, as it was read, with the flags changed both globally and for every region: what a change that leaves regions
    out does to them is not documented.

    Raises:
        ResourceMissing: the version is gone.
        ServiceRefused: the gallery refuses, or an earlier change ended in failure.
    """
    body = get_resource(cloud, version_id)
    if body is None:
        raise ResourceMissing(f"The image version {version_id.name} is gone.", ids={"resource": version_id.text})
    properties: Mapping[str, Any] = body.get("properties") or {}
    state = str(properties.get("provisioningState", ""))
    if state.lower() in _PENDING_STATES:
        return {"done": False, "reason": f'its provisioning state is "{state}"'}
    profile: Mapping[str, Any] = properties.get("publishingProfile") or {}
    change = _change(body, profile, wish)
    if state.lower() != "succeeded":
        raise ServiceRefused(
            f'The image version {version_id.name} cannot be changed: its provisioning state is "{state}".',
            ids={"resource": version_id.text},
        )
    if not change:
        return {"done": True, "reason": ""}
    try:
        _patch(cloud, version_id, change, properties.get("storageProfile") or {})
    except ResourceConflict as conflict:
        return {"done": False, "reason": conflict.message}
    return {"done": False, "sent": True, "reason": "the change was accepted"}


def _change(body: Mapping[str, Any], profile: Mapping[str, Any], wish: VersionWish) -> dict[str, Any]:
    """The PATCH that makes the version as wished; empty when it is."""
    change: dict[str, Any] = {}
    if tags := _changed_tags(body.get("tags") or {}, wish.tags):
        change["tags"] = tags
    if not _flags_as_wished(profile, wish) or not _end_as_wished(profile, wish):
        change["properties"] = {"publishingProfile": _changed(profile, wish)}
    return change


def _changed_tags(tags: Mapping[str, str], wished: Mapping[str, str | None]) -> dict[str, str]:
    """All tags after the change; empty where they are as wished. Tag names compare without case, as in Azure."""
    there = {name.lower(): value for name, value in tags.items()}
    if all(there.get(name.lower()) == value for name, value in wished.items()):
        return {}
    replaced = {name.lower() for name in wished}
    kept = {name: value for name, value in tags.items() if name.lower() not in replaced}
    return {**kept, **{name: value for name, value in wished.items() if value is not None}}


def _patch(cloud: Cloud, version_id: ResourceId, change: Mapping[str, Any], storage: Mapping[str, Any]) -> None:
    """Send the change; with the version's storage only where the service asks for that.

    A version of Image Builder names a source in the service's own group: Resource Manager asks for the caller's rights
    on what a request names, and no other principal has them there.
    """
    try:
        _send(cloud, version_id, change)
    except ServiceRefused as refused:
        if refused.status != 400 or "properties" not in change or not storage:
            raise
        # Either the source or the disk images: the service sends both and refuses to take both.
        sent = {"source": storage["source"]} if storage.get("source") else dict(storage)
        _send(cloud, version_id, {**change, "properties": {**change["properties"], "storageProfile": sent}})


def _send(cloud: Cloud, version_id: ResourceId, change: Mapping[str, Any]) -> None:
    with told_as(f"changing the image version {version_id.name}"):
        cloud.send("PATCH", version_id.text, api_version=API_VERSIONS["microsoft.compute/galleries"], body=change)


def _flags_as_wished(profile: Mapping[str, Any], wish: VersionWish) -> bool:
    """Whether `latest` sees the version as wished, in every region. A flag that is absent is false."""
    if wish.excluded_in and not profile.get("excludeFromLatest"):
        return all(region.get("excludeFromLatest") for region in _regions_of(profile, wish))
    if wish.excluded is None:
        return True
    regional = [bool(region.get("excludeFromLatest")) for region in profile.get("targetRegions") or []]
    if bool(profile.get("excludeFromLatest")) and wish.excluded:
        return True
    return all(flag == wish.excluded for flag in [*regional, bool(profile.get("excludeFromLatest"))])


def _regions_of(profile: Mapping[str, Any], wish: VersionWish) -> list[Mapping[str, Any]]:
    regions = profile.get("targetRegions") or []
    return [region for region in regions if normalise_region(str(region.get("name", ""))) in wish.excluded_in]


def _end_as_wished(profile: Mapping[str, Any], wish: VersionWish) -> bool:
    if wish.end_of_life is None:
        return True
    there = parse_time(profile.get("endOfLifeDate"))
    return there is None if wish.end_of_life == "" else there == parse_time(wish.end_of_life)


def _changed(profile: Mapping[str, Any], wish: VersionWish) -> dict[str, Any]:
    changed = {name: value for name, value in profile.items() if name not in _READ_ONLY}
    if wish.excluded is not None:
        changed["excludeFromLatest"] = wish.excluded
        regions = profile.get("targetRegions") or []
        changed["targetRegions"] = [{**region, "excludeFromLatest": wish.excluded} for region in regions]
    elif concerned := _regions_of(profile, wish):
        changed["targetRegions"] = [
            {**region, "excludeFromLatest": True} if region in concerned else region
            for region in profile["targetRegions"]
        ]
    if wish.end_of_life is not None:
        changed["endOfLifeDate"] = wish.end_of_life or None
    return changed


def read_version(cloud: Cloud, version_id: ResourceId) -> ImageVersion | None:
    """The version as it is now; None where it is gone."""
    body = get_resource(cloud, version_id)
    return ImageVersion.from_arm(body) if body is not None else None


def read_versions(cloud: Cloud, definition_id: ResourceId) -> tuple[ImageVersion, ...]:
    """All versions of an image definition."""
    return tuple(ImageVersion.from_arm(body) for body in list_pages(cloud, f"{definition_id}/versions"))


def newest_version(cloud: Cloud, definition_id: ResourceId) -> ResourceId | None:
    """The version of a definition with the highest number, whatever `latest` sees; None where there is none."""
    newest = max(read_versions(cloud, definition_id), key=lambda version: version.number, default=None)
    return newest.id if newest else None
