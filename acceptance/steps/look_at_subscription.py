"""What the subscription and the region offer, and what Azure says of the base image and of our roles' actions."""

from __future__ import annotations

from typing import Any

from acceptance.api_versions import AUTHORIZATION, RESOURCES, SKUS, SUBSCRIPTIONS
from acceptance.exchange import Exchange
from acceptance.places import values_at
from acceptance.sample import smoke_size
from acceptance.template_parts import namespaces_of_actions
from acceptance.world import World

_BASE = "publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions"
_COMPUTE = "2024-07-01"
_FEATURES = "2021-07-01"


def look_at_subscription(world: World) -> None:
    """Ask for offer, feature flag, quota, the default size, the base image, and the operations of providers."""
    compute = f"{world.subscription}/providers/Microsoft.Compute"
    place = f"{compute}/locations/{world.options.location}"
    world.ask("subscription/itself", "GET", world.subscription, api_version=SUBSCRIPTIONS)
    flag = f"{world.subscription}/providers/Microsoft.Features/providers/Microsoft.Compute/features"
    world.ask("subscription/feature", "GET", f"{flag}/UseStandardSecurityType", api_version=_FEATURES)
    world.ask("subscription/register", "POST", f"{compute}/register", api_version=RESOURCES)
    world.ask("subscription/usages", "GET", f"{place}/usages", api_version=_COMPUTE)
    size = smoke_size(world.options)
    world.ask(
        "subscription/size",
        "GET",
        f"{compute}/skus",
        api_version=SKUS,
        query={"$filter": f"location eq '{world.options.location}'"},
        keep=lambda body: _named(body, size),
    )
    listed = world.ask("subscription/base-versions", "GET", f"{place}/{_BASE}", api_version=_COMPUTE)
    if newest := _newest(listed):
        world.ask("subscription/base", "GET", f"{place}/{_BASE}/{newest}", api_version=_COMPUTE)
    for namespace in namespaces_of_actions():
        world.ask(
            f"subscription/operations-{namespace}",
            "GET",
            f"/providers/Microsoft.Authorization/providerOperations/{namespace}",
            api_version=AUTHORIZATION,
            query={"$expand": "resourceTypes"},
            keep=_operation_names,
        )


def _named(body: Any, name: str) -> Any:  # noqa: ANN401 - any JSON
    """Of a list of sizes the one; the whole list is megabytes."""
    if not isinstance(body, dict) or "value" not in body:
        return body
    return {"value": [entry for entry in body["value"] if entry.get("name") == name]}


def _operation_names(body: Any) -> Any:  # noqa: ANN401 - any JSON
    """Of a provider's operations their names: `name` of the actions, and those of data apart."""
    if not isinstance(body, dict) or "resourceTypes" not in body:
        return body
    listed = [*values_at(body, "operations[]"), *values_at(body, "resourceTypes[].operations[]")]
    return {
        "actions": sorted(entry["name"] for entry in listed if not entry.get("isDataAction")),
        "dataActions": sorted(entry["name"] for entry in listed if entry.get("isDataAction")),
    }


def _newest(listed: Exchange) -> str:
    names = [str(entry.get("name", "")) for entry in listed.body] if isinstance(listed.body, list) else []
    return max(names, key=lambda name: [int(part) for part in name.split(".") if part.isdigit()], default="")
