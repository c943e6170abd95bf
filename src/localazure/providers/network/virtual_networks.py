"""Virtual networks."""

from __future__ import annotations

from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.providers.network import peerings, subnet_documents
from localazure.providers.network.manners import NetworkResources, refused
from localazure.store import Document

_GIVEN = ("dhcpOptions", "encryption", "flowTimeoutInMinutes", "bgpCommunities")


class VirtualNetworks(NetworkResources):
    """A network with its subnets in it. A PUT without `subnets` leaves them, one with a list replaces them."""

    kind = "virtualNetworks"
    group = "VirtualNetworks"

    def written(self, request: ArmRequest, resource_id: ResourceId, known: dict[str, Any] | None) -> dict[str, Any]:
        """The network's properties, every subnet checked."""
        given = (request.body or {}).get("properties") or {}
        body = self._common(resource_id, request.body, known)
        if not (given.get("addressSpace") or {}).get("addressPrefixes"):
            message = f"Virtual network {resource_id} has no address space."
            raise refused("InvalidRequestFormat", message)
        before = known["properties"]["subnets"] if known else []
        body["properties"] |= {
            "addressSpace": {"addressPrefixes": list(given["addressSpace"]["addressPrefixes"])},
            **{key: given[key] for key in _GIVEN if given.get(key) is not None},
            "subnets": before,
            "virtualNetworkPeerings": known["properties"].get("virtualNetworkPeerings", []) if known else [],
            "enableDdosProtection": bool(given.get("enableDdosProtection", False)),
            "enableVmProtection": False,
        }
        subnet_documents.space_of(body)
        if given.get("subnets") is not None:
            self._replace_subnets(request, body, before, given["subnets"])
        return body

    def _replace_subnets(
        self, request: ArmRequest, body: dict[str, Any], before: list[dict[str, Any]], given: list[dict[str, Any]]
    ) -> None:
        wanted = {str(entry["name"]).lower() for entry in given}
        for subnet in before:
            if subnet["name"].lower() not in wanted:
                subnet_documents.refuse_removal(self.cloud, subnet)
        body["properties"]["subnets"] = []
        for entry in given:
            subnet = subnet_documents.document(body, str(entry["name"]), entry.get("properties") or {})
            subnet_documents.check(self.cloud, request, body, subnet, action=f"{self.type}/write")
            body["properties"]["subnets"].append(subnet)

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The network with who is in its subnets."""
        subnets = [subnet_documents.answered(self.cloud, subnet) for subnet in body["properties"]["subnets"]]
        own = [peerings.answered(self.cloud, entry) for entry in body["properties"]["virtualNetworkPeerings"]]
        return body | {"properties": body["properties"] | {"subnets": subnets, "virtualNetworkPeerings": own}}

    def refuse_delete(self, document: Document) -> None:
        """A network with a used subnet stays."""
        for subnet in document.body["properties"]["subnets"]:
            subnet_documents.refuse_removal(self.cloud, subnet)
