"""What only deployed resources can tell: `reference()` and `list*()` answered through the cloud, as the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmResponse, Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud

_DEFAULT_VERSION = "2023-11-01"


class CloudRuntime:
    """Answers `armtemplate` while a deployment runs. Raises `ArmError` where the cloud refuses."""

    def __init__(self, cloud: Cloud, principal: Principal, versions: Mapping[str, str]) -> None:
        self._cloud = cloud
        self._principal = principal
        self._versions = versions

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Any:  # noqa: ANN401 - the contract of armtemplate
        """The resource's properties, or all of it."""
        version = api_version or self._versions.get(resource_id.lower(), _DEFAULT_VERSION)
        body = self._answer(
            self._cloud.call("GET", resource_id, principal=self._principal, api_version=version), resource_id
        )
        if not full:
            return body.get("properties", {})
        parsed = ResourceId(resource_id)
        return {
            **body,
            "apiVersion": version,
            "subscriptionId": parsed.subscription_id,
            "resourceGroupName": parsed.resource_group,
            "resourceId": resource_id,
            "referenceApiVersion": version,
            "condition": True,
            "isConditionTrue": True,
            "isAction": False,
            "provisioningOperation": "Read",
        }

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Any) -> Any:  # noqa: ANN401 - any JSON
        """The answer of `POST {resource_id}/{function}`."""
        version = api_version or self._versions.get(resource_id.lower(), _DEFAULT_VERSION)
        answer = self._cloud.call(
            "POST", f"{resource_id}/{function}", principal=self._principal, api_version=version, body=body
        )
        return self._answer(answer, resource_id)

    def _answer(self, answer: ArmResponse, resource_id: str) -> Any:  # noqa: ANN401 - any JSON
        record: Any = self._cloud.complete(answer)
        if record is not None and record.get("result") is not None:
            return record["result"]
        if answer.status < 300 and isinstance(answer.body, dict):
            return answer.body
        error: dict[str, Any] = {"code": "NotFound", "message": f"{resource_id} gave no answer."}
        error |= answer.body["error"] if isinstance(answer.body, dict) else {}
        raise ArmError(answer.status, error["code"], error["message"], details=error.get("details", ()))
