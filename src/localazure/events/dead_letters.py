"""Where events lie that were given up: in a container of blobs, under subscription and hour.

Source: Event Grid documentation, "Dead letter and retry policies", "Deliver events with a managed identity".
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.events.delivery import Delivery
from localazure.events.event import EVENT_GRID_SCHEMA
from localazure.store import Blob, Document

_LOG = logging.getLogger(__name__)
_WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"


def letter_container(properties: Mapping[str, Any]) -> ResourceId | None:
    """The container of a subscription's dead letters, however they are written; None where they are dropped."""
    own = properties.get("deadLetterWithResourceIdentity") or {}
    found = own.get("deadLetterDestination") or properties.get("deadLetterDestination")
    if not found:
        return None
    target = found["properties"]
    return ResourceId(f"{target['resourceId']}/blobServices/default/containers/{target['blobContainerName']}")


def bury(cloud: Cloud, delivery: Delivery, subscription: Document, reason: str) -> None:
    """Write the event into the container; one that Event Grid may not write is logged, and the event is lost."""
    properties = subscription.body["properties"]
    container = letter_container(properties)
    if container is None or not _may_write(cloud, properties, container):
        _LOG.warning("event %s is lost: %s may not write its dead letters", delivery.event.id, subscription.id.name)
        return
    now = cloud.clock.now()
    content = json.dumps([delivery.dead_letter(properties.get("eventDeliverySchema") or EVENT_GRID_SCHEMA, reason)])
    cloud.store.put_blob(
        Blob(
            account=_account_of(container).name,
            container=container.name,
            name=f"{subscription.id.name.upper()}/{now:%Y/%m/%d/%H}/{uuid.uuid4()}.json",
            properties={
                "content_type": "application/json",
                "created": format_datetime(now, usegmt=True),
                "last_modified": format_datetime(now, usegmt=True),
                "etag": f'"0x{uuid.uuid4().hex[:15].upper()}"',
                "metadata": {},
            },
            content=content.encode(),
        )
    )


def _may_write(cloud: Cloud, properties: Mapping[str, Any], container: ResourceId) -> bool:
    """An identity needs the right to write blobs; without one, the account has to take its keys."""
    own = properties.get("deadLetterWithResourceIdentity")
    if own is None:
        account = cloud.store.get(_account_of(container))
        return account is None or account.body["properties"].get("allowSharedKeyAccess") is not False
    identity = cloud.store.get(str(own["identity"].get("userAssignedIdentity")))
    principal_id = identity.body["properties"].get("principalId") if identity else None
    return bool(principal_id) and cloud.decisions.allows(str(principal_id), _WRITE, str(container), data=True)


def _account_of(container: ResourceId) -> ResourceId:
    return ResourceId("/".join(container.text.split("/")[:-4]))
