"""Functions on facts about the cloud: provider metadata, zones, roles. Without the facts they are unknowns."""

from collections.abc import Mapping
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.interpreter import make_unknown
from armtemplate.json_types import Value
from armtemplate.values import array_argument, integer_argument, member, text_argument


def providers(call: Call, frame: Frame, namespace: Value, resource_type: Value = None) -> Value:
    """Metadata of a provider, or of one of its types."""
    wanted = text_argument(namespace, "the provider")
    if frame.scope.providers is None:
        return make_unknown(call, frame, f"the metadata of the provider '{wanted}'")
    provider = _provider(frame.scope.providers, wanted)
    if provider is None:
        raise ExpressionError(f"there is no provider '{wanted}'")
    if resource_type is None:
        return dict(provider)
    found = _type(provider, text_argument(resource_type, "the type"))
    if found is None:
        raise ExpressionError(f"the provider '{wanted}' has no type '{resource_type}'")
    return dict(found)


def _provider(known: tuple[Mapping[str, Any], ...], namespace: str) -> Mapping[str, Any] | None:
    return next(
        (provider for provider in known if str(member(dict(provider), "namespace")).lower() == namespace.lower()), None
    )


def _type(provider: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    types = member(dict(provider), "resourceTypes", [])
    return next((entry for entry in types if str(member(dict(entry), "resourceType")).lower() == name.lower()), None)


def pick_zones(
    call: Call,
    frame: Frame,
    namespace: Value,
    resource_type: Value,
    location: Value,
    count: Value = 1,
    offset: Value = 0,
) -> Value:
    """The first zones of a type in a region; none where the type or the region has no zones."""
    wanted, name = text_argument(namespace, "the provider"), text_argument(resource_type, "the type")
    region = normalised(text_argument(location, "the location"))
    number, skipped = integer_argument(count, "the number of zones"), integer_argument(offset, "the offset")
    if not 1 <= number <= 3 or skipped < 0:
        raise ExpressionError("between 1 and 3 zones can be picked, from an offset of 0 or more")
    if frame.scope.providers is None:
        return make_unknown(call, frame, f"the zones of '{wanted}/{name}' in '{region}'")
    provider = _provider(frame.scope.providers, wanted)
    found = None if provider is None else _type(provider, name)
    mappings = [] if found is None else member(dict(found), "zoneMappings", [])
    zones = next((sorted(entry["zones"]) for entry in mappings if normalised(str(entry["location"])) == region), [])
    if zones and skipped + number > len(zones):
        raise ExpressionError(f"the region has {len(zones)} zones; {number} from offset {skipped} are more")
    return zones[skipped : skipped + number]


def normalised(location: str) -> str:
    """A region's name as ARM compares it: `West US 2` is `westus2`."""
    return location.replace(" ", "").lower()


def to_logical_zone(call: Call, frame: Frame, subscription: Value, location: Value, zone: Value) -> Value:
    """The zone that a subscription calls so; empty where there is none."""
    zones = _zones(call, frame, subscription, location, [zone], to_logical=True)
    return (zones or [""])[0] if isinstance(zones, list) else zones


def to_logical_zones(call: Call, frame: Frame, subscription: Value, location: Value, zones: Value) -> Value:
    """The zones that a subscription calls so."""
    return _zones(call, frame, subscription, location, array_argument(zones, "the zones"), to_logical=True)


def to_physical_zone(call: Call, frame: Frame, subscription: Value, location: Value, zone: Value) -> Value:
    """The zone behind a subscription's name for it; empty where there is none."""
    zones = _zones(call, frame, subscription, location, [zone], to_logical=False)
    return (zones or [""])[0] if isinstance(zones, list) else zones


def to_physical_zones(call: Call, frame: Frame, subscription: Value, location: Value, zones: Value) -> Value:
    """The zones behind a subscription's names for them."""
    return _zones(call, frame, subscription, location, array_argument(zones, "the zones"), to_logical=False)


def _zones(
    call: Call, frame: Frame, subscription: Value, location: Value, zones: list[Any], *, to_logical: bool
) -> Value:
    text_argument(subscription, "the subscription")
    region = normalised(text_argument(location, "the location"))
    texts = [text_argument(zone, "every zone") for zone in zones]
    if frame.scope.zone_mapping is None:
        return make_unknown(call, frame, f"the zones of '{region}' in the subscription")
    mapping = dict(frame.scope.zone_mapping.get(region, {}))
    if to_logical:
        mapping = {physical: logical for logical, physical in mapping.items()}
    return [mapping[text] for text in texts if text in mapping]


def role_definitions(call: Call, frame: Frame, role: Value) -> Value:
    """Id and GUID of a role, by display name or GUID."""
    name = text_argument(role, "the role")
    known = {display.lower(): guid for display, guid in frame.scope.role_definitions.items()}
    guid = known.get(name.lower())
    if guid is None:
        return make_unknown(call, frame, f"the role '{name}'")
    scope = frame.scope
    base = f"/subscriptions/{scope.subscription_id}" if scope.kind in ("resourceGroup", "subscription") else ""
    return {"id": f"{base}/providers/Microsoft.Authorization/roleDefinitions/{guid}", "roleDefinitionId": guid}
