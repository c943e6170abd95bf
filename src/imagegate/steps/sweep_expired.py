"""Finds what earlier runs left behind and takes it away: only what carries our tag, and only what has expired."""

from datetime import datetime, timedelta

from imagegate.errors import ImageGateError
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import ListedResource, api_version_of, list_resources, list_templates
from imagegate.model import EXPIRES_AT_TAG, ResourceId, parse_time
from imagegate.steps.prove_gone import RUN_TAG
from imagegate.steps.tear_down_smoke_vm import tear_down_smoke_vm

_ORDER = (
    "microsoft.compute/virtualmachines",
    "microsoft.network/networkinterfaces",
    "microsoft.compute/disks",
    "microsoft.network/publicipaddresses",
    "microsoft.network/virtualnetworks",
    "microsoft.network/networksecuritygroups",
)


def find_expired_templates(cloud: Cloud, resource_group: str, *, now: datetime) -> tuple[ListedResource, ...]:
    """The image templates of finished and killed builds that are past their expiry.

    The group also holds galleries and identities that carry our tag and stay: nothing but templates is listed.
    """
    return tuple(one for one in list_templates(cloud, resource_group) if one.owned and _expired(one, now))


def find_expired(
    cloud: Cloud, resource_group: str, *, now: datetime, older_than_s: int | None = None, run: str | None = None
) -> tuple[ListedResource, ...]:
    """What of ours has expired, in the order in which Azure lets it go.

    With `older_than_s` also what was made longer ago than that, whatever its expiry. What says neither stays. With
    `run`, instead, what carries that verification's tag.
    """
    found = [
        one
        for one in list_resources(cloud, resource_group)
        if one.owned and (_of(one, run) if run else _expired(one, now) or _older(one, now, older_than_s))
    ]
    return tuple(sorted(found, key=lambda one: (_place(one.id), one.id.text.lower())))


def sweep_expired(cloud: Cloud, resource_id: ResourceId) -> str | None:
    """Ask for one thing's deletion; None once it is gone, else why it is not (yet). Never raises our own errors."""
    if api_version_of(resource_id) is None:
        return f"imagegate does not know how to delete {resource_id.type}"
    try:
        answer = tear_down_smoke_vm(cloud, {"id": resource_id.text})
    except ImageGateError as error:
        return error.message
    return None if answer["gone"] else str(answer["reason"])


def _expired(one: ListedResource, now: datetime) -> bool:
    tags = {name.lower(): value for name, value in one.tags.items()}
    moment = parse_time(tags.get(EXPIRES_AT_TAG))
    return moment is not None and moment <= now


def _of(one: ListedResource, run: str) -> bool:
    return any(name.lower() == RUN_TAG and value == run for name, value in one.tags.items())


def _older(one: ListedResource, now: datetime, older_than_s: int | None) -> bool:
    if older_than_s is None or one.created_at is None:
        return False
    return one.created_at <= now - timedelta(seconds=older_than_s)


def _place(resource_id: ResourceId) -> int:
    kind = resource_id.type.lower()
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
