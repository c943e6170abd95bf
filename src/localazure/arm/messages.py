"""Requests and responses as providers see them: parsed, authenticated, without a web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localazure.arm.resource_id import ResourceId


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who calls: taken from the access token."""

    object_id: str
    tenant_id: str
    app_id: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ArmRequest:
    """One call. `parameters` are the path's placeholders, spelled as the caller spelled them."""

    method: str
    path: str
    api_version: str
    principal: Principal
    auxiliary: Principal | None = None  # whose rights on linked scopes count as well (x-ms-authorization-auxiliary)
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: Any = None
    correlation_id: str = ""
    request_id: str = ""

    @property
    def resource_id(self) -> ResourceId:
        """The path as an id; for an action (`…/run`) cut the last segment with `target_id`."""
        return ResourceId(self.path)

    @property
    def target_id(self) -> ResourceId:
        """The resource that an action is called on: the path without its last segment."""
        return ResourceId(self.path.rsplit("/", 1)[0])


@dataclass(frozen=True, kw_only=True)
class ArmResponse:
    """An answer. `body` None sends no body at all."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    operation_id: str = ""  # set when a long-running operation goes on behind this answer
