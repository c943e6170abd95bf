"""Who decides about a version: a person, or a person through a job."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagegate.model.github_event import GitHubEvent

if TYPE_CHECKING:
    from imagegate.gateway.principal import OwnPrincipal


def decided_by(principal: "OwnPrincipal | None", environment: Mapping[str, str]) -> str:
    """As the record names it: in a job who started it and which run it is, and always Azure's principal."""
    identity = _identity(principal)
    event = GitHubEvent.of(environment)
    if environment.get("GITHUB_ACTIONS") != "true" or not event.run:
        return identity
    actor = environment.get("GITHUB_TRIGGERING_ACTOR") or environment.get("GITHUB_ACTOR") or "somebody"
    return f"{actor} in run {event.run} of {event.repository} ({identity})"


def _identity(principal: "OwnPrincipal | None") -> str:
    if principal is None:
        return "a principal that its token does not name"
    kind = "user" if principal.kind == "User" else "service principal"
    return f"{kind} {principal.name} {principal.object_id}" if principal.name else f"{kind} {principal.object_id}"
