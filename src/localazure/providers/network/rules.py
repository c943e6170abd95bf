"""Security rules, written one by one."""

from __future__ import annotations

from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.providers.network import rule_documents
from localazure.providers.network.nested import NestedResources


class SecurityRules(NestedResources):
    """Serves rules out of their group's document."""

    parent = "networkSecurityGroups"
    kind = "securityRules"
    group = "SecurityRules"

    def written(self, request: ArmRequest, parent: dict[str, Any], name: str) -> dict[str, Any]:
        """The rule, checked against the group's other rules."""
        rule = rule_documents.document(parent, name, (request.body or {}).get("properties") or {})
        others = [entry for entry in parent["properties"]["securityRules"] if entry["name"].lower() != name.lower()]
        rule_documents.check_together([*others, rule])
        return rule
