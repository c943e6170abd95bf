"""What a template asks of resources that exist already: `reference()` and `list…()`."""

from typing import Any

from imagegate.errors import InputError
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as


class ArmRuntime:
    """Answers from the cloud itself. Needs the API version that the expression names, as ARM's own engine does."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Any:  # noqa: ANN401 - the contract's signature
        """The resource's properties, or all of it."""
        with told_as(f"reading {resource_id} for the template"):
            body = self._cloud.send("GET", resource_id, api_version=_named(api_version, resource_id)) or {}
        return body if full else body.get("properties") or {}

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Any) -> Any:  # noqa: ANN401 - as above
        """The answer of a `list…` function."""
        with told_as(f"asking {resource_id} for {function} for the template"):
            path = f"{resource_id}/{function}"
            return self._cloud.send("POST", path, api_version=_named(api_version, resource_id), body=body)


def _named(api_version: str | None, resource_id: str) -> str:
    if not api_version:
        raise InputError.of(
            f"the template refers to {resource_id} without an API version",
            hint="Name one: reference(resourceId(…), '2024-03-01').",
        )
    return api_version
