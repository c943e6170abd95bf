"""Authorisation, in one place ahead of every provider: the operation's action, asked at the resource's scope."""

from __future__ import annotations

import re

from localazure.arm.messages import ArmRequest
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud

# Who was told an operation's URL may ask about it, with rights in one group only as well.
_ABOUT_AN_OPERATION = re.compile(r"/locations/[^/]+/\w*operation(?:s|statuses|results)?/[^/]+")


class Authorization:
    """Called for every request that matched an operation; raises 403 AuthorizationFailed."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __call__(self, request: ArmRequest, operation: Operation) -> None:
        """Ask for the operation's action; operations without one need a valid token only."""
        if operation.action and not _ABOUT_AN_OPERATION.search(request.path.lower()):
            self._cloud.authorize(request.principal, operation.action, scope_of(request, operation))


def scope_of(request: ArmRequest, operation: Operation) -> str:
    """What an action is asked for: the resource, or what holds the collection that is listed."""
    segments = request.path.strip("/").split("/")
    if operation.action.lower().endswith("/action") and request.method == "POST":
        segments = segments[:-1]  # the path ends with the action's own name
    lowered = [segment.lower() for segment in segments]
    if "providers" in lowered:
        behind = len(segments) - 1 - (len(lowered) - 1 - lowered[::-1].index("providers"))
        if behind <= 1:  # the list of providers, or one of them: the scope's own affair
            return "/" + "/".join(segments[: len(segments) - 1 - behind])
        is_collection = behind % 2 == 0
    else:
        is_collection = len(segments) % 2 == 1
    return "/" + "/".join(segments[:-1] if is_collection else segments)
