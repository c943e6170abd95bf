"""Preview features of a subscription."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.waiting import Deadline, Look, poll

_API_VERSION = "2021-07-01"


def unregistered_features(cloud: Cloud) -> tuple[str, ...]:
    """Those that this cloud asks for and the subscription is not registered for, as `namespace/name`."""
    return tuple(name for name in cloud.endpoints.features if not _registered(cloud, name))


def register_features(cloud: Cloud, names: tuple[str, ...], *, deadline: Deadline) -> None:
    """Register the subscription for all of them, wait for it, and let their providers know."""
    for name in names:
        with told_as(f"registering the feature {name}"):
            cloud.send("POST", f"{_path(cloud, name)}/register", api_version=_API_VERSION)

    def look() -> Look[bool]:
        return Look(value=True if not unregistered_features(cloud) else None)

    poll(look, deadline=deadline, what=f"the registration of {', '.join(names)}", interval_s=15, first_interval_s=1)
    for namespace in sorted({name.partition("/")[0] for name in names}):
        providers: Any = cloud.resources.providers
        with told_as(f"registering the resource provider {namespace} for its new features"):
            providers.register(namespace)


def _registered(cloud: Cloud, name: str) -> bool:
    with told_as(f"asking for the feature {name}"):
        found = cloud.send("GET", _path(cloud, name), api_version=_API_VERSION) or {}
    return str((found.get("properties") or {}).get("state", "")).lower() == "registered"


def _path(cloud: Cloud, name: str) -> str:
    namespace, _, feature = name.partition("/")
    return (
        f"/subscriptions/{cloud.subscription_id}/providers/Microsoft.Features/providers/{namespace}/features/{feature}"
    )
