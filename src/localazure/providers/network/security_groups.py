"""Network security groups."""

from __future__ import annotations

from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.providers.network import rule_documents
from localazure.providers.network.manners import NetworkResources, refused
from localazure.providers.network.references import interfaces_in_group, subnets_in_group
from localazure.store import Document


class SecurityGroups(NetworkResources):
    """A group with its rules in it. A PUT replaces all rules."""

    kind = "networkSecurityGroups"
    group = "NetworkSecurityGroups"

    def written(self, request: ArmRequest, resource_id: ResourceId, known: dict[str, Any] | None) -> dict[str, Any]:
        """The group's properties, every rule checked."""
        body = self._common(resource_id, request.body, known)
        given = ((request.body or {}).get("properties") or {}).get("securityRules") or []
        rules = [rule_documents.document(body, str(entry["name"]), entry.get("properties") or {}) for entry in given]
        rule_documents.check_together(rules)
        body["properties"] |= {"securityRules": rules, "defaultSecurityRules": rule_documents.defaults(resource_id)}
        return body

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The group with the interfaces and subnets that name it."""
        group_id = ResourceId(body["id"])
        users = {
            "networkInterfaces": interfaces_in_group(self.cloud, group_id),
            "subnets": subnets_in_group(self.cloud, group_id),
        }
        extra = {name: [{"id": text} for text in ids] for name, ids in users.items() if ids}
        return body | {"properties": body["properties"] | extra}

    def refuse_delete(self, document: Document) -> None:
        """A group that is named stays (recorded)."""
        users = [*interfaces_in_group(self.cloud, document.id), *subnets_in_group(self.cloud, document.id)]
        if users:
            message = (
                f"Network security group {document.id} cannot be deleted because it is in use by the following "
                f"resources: {', '.join(users)}. In order to delete the Network security group, remove the association "
                "with the resource(s). To learn how to do this, see aka.ms/deletensg."
            )
            raise refused("InUseNetworkSecurityGroupCannotBeDeleted", message)
