"""Who answers what only a deployed resource can tell."""

from typing import Protocol

from armtemplate.json_types import Value


class Runtime(Protocol):
    """Answers for deployed resources. Ids are absolute, as ARM prints them."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Value:
        """The resource's `properties`, or the whole resource if `full`."""
        ...

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Value) -> Value:
        """The answer of a POST to `{resource_id}/{function}`; `function` starts with `list`, or is `getSecret`."""
        ...
