"""The tags that resources of the subscription have: each name with its values, and how many have them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud


class TagNames:
    """Counts what stands in the store; names are not kept apart from it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        return [
            Operation(
                operation_id="Tags_List",
                method="GET",
                path="/subscriptions/{subscriptionId}/tagNames",
                action="Microsoft.Resources/subscriptions/tagNames/read",
                handler=self._list,
            )
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        subscription = request.path.rsplit("/", 1)[0]
        used: Counter[tuple[str, str]] = Counter()
        for document in self._cloud.store.under(subscription):
            tags = document.body.get("tags")
            used.update((name, str(value)) for name, value in (tags.items() if isinstance(tags, dict) else ()))
        names = sorted({name for name, _ in used})
        return ArmResponse(body={"value": [_name(subscription, name, used) for name in names]})


def _name(subscription: str, name: str, used: Counter[tuple[str, str]]) -> dict[str, Any]:
    tag_id = f"{subscription}/tagNames/{name}"
    values = {value: count for (tag, value), count in sorted(used.items()) if tag == name}
    return {
        "id": tag_id,
        "tagName": name,
        "count": _count(sum(values.values())),
        "values": [
            {"id": f"{tag_id}/tagValues/{value}", "tagValue": value, "count": _count(count)}
            for value, count in values.items()
        ],
    }


def _count(number: int) -> dict[str, Any]:
    return {"type": "Total" if number else "Partial", "value": number}
