"""Subnets, written one by one."""

from __future__ import annotations

from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.providers.network import subnet_documents
from localazure.providers.network.nested import NestedResources


class Subnets(NestedResources):
    """Serves subnets out of their network's document."""

    parent = "virtualNetworks"
    kind = "subnets"
    group = "Subnets"

    def written(self, request: ArmRequest, parent: dict[str, Any], name: str) -> dict[str, Any]:
        """The subnet, checked against its network."""
        subnet = subnet_documents.document(parent, name, (request.body or {}).get("properties") or {})
        subnet_documents.check(self.cloud, request, parent, subnet, action=f"{self.type}/write")
        return subnet

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The subnet with who is in it."""
        return subnet_documents.answered(self.cloud, body)

    def refuse_delete(self, body: dict[str, Any]) -> None:
        """A used subnet stays."""
        subnet_documents.refuse_removal(self.cloud, body)
