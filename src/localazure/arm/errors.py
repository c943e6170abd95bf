"""ARM's error envelope as an exception: `{"error": {"code", "message", "target", "details"}}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localazure.arm.resource_id import ResourceId

# Resource Manager's own refusals say so; those of the services behind it do not.
BY_THE_GATEWAY = {"x-ms-failure-cause": "gateway"}


class ArmError(Exception):
    """A refusal with ARM's own code and wording. Raised by providers, rendered in one place."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        additional_info: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = tuple(details)
        self.headers = dict(headers or {})
        self.additional_info = tuple(additional_info)

    def error(self) -> dict[str, Any]:
        """The inner object, as it stands in envelopes and in failed operations."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            body["target"] = self.target
        if self.details:
            body["details"] = [dict(detail) for detail in self.details]
        if self.additional_info:
            body["additionalInfo"] = [dict(entry) for entry in self.additional_info]
        return body

    def envelope(self) -> dict[str, Any]:
        """The whole response body."""
        return {"error": self.error()}


def resource_not_found(resource_id: ResourceId | str) -> ArmError:
    """404 as Resource Manager words it (recorded in the corpus)."""
    parsed = resource_id if isinstance(resource_id, ResourceId) else ResourceId(resource_id)
    names = "/".join(_names(parsed))
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{parsed.type}/{names}' under resource group '{parsed.resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        headers=BY_THE_GATEWAY,
    )


def resource_group_not_found(name: str) -> ArmError:
    """404 for a missing resource group."""
    return ArmError(
        404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.", headers=BY_THE_GATEWAY
    )


def _names(resource_id: ResourceId) -> list[str]:
    parts = resource_id.segments
    lowered = [part.lower() for part in parts]
    last = len(lowered) - 1 - lowered[::-1].index("providers") if "providers" in lowered else -1
    return parts[last + 3 :: 2]
