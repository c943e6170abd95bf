"""Where a subscription's events go, as a URL that can be reached: webhooks as written, functions through their host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from localazure.arm.resource_id import ResourceId
from localazure.store import Document, Store

FUNCTION_TYPE = "Microsoft.Web/sites/functions"


def delivery_url(subscription: Document, store: Store) -> str | None:
    """The URL of a subscription's endpoint; None where there is nothing to deliver to (yet, or here at all).

    A webhook's whole URL may hold a secret: answers never show it, so it is kept beside the document.
    """
    destination: Mapping[str, Any] = subscription.body["properties"]["destination"]
    match str(destination.get("endpointType", "")).lower():
        case "webhook":
            return str(subscription.internal["endpointUrl"])
        case "azurefunction":
            return _function_url(str(destination["properties"]["resourceId"]), store)
        case _:
            return None


def _function_url(resource_id: str, store: Store) -> str | None:
    """The function's webhook; a running host keeps its address and key at the site (see the room `functions`)."""
    function = ResourceId(resource_id)
    site = store.get(function.parent) if function.parent else None
    if site is None or "address" not in site.internal:
        return None
    key, name = site.internal["eventGridKey"], quote(function.name)
    return f"{site.internal['address']}/runtime/webhooks/eventgrid?functionName={name}&code={key}"


def shown(url: str) -> str:
    """A URL without what may be secret in it: Event Grid shows no query either."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
