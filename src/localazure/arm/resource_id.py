"""A resource id: parsed, compared without regard to case, printed as it was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, eq=False)
class ResourceId:
    """An ARM id. Equal ids differ at most in case (`resourceGroups`/`resourcegroups` both occur in Azure's answers)."""

    text: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "/" + self.text.strip("/"))
        object.__setattr__(self, "key", self.text.lower())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return self.text

    @property
    def segments(self) -> list[str]:
        """The path's parts, without the leading empty one."""
        return self.text.strip("/").split("/")

    def _after(self, word: str) -> str:
        for name, value in pairwise(self.segments):
            if name.lower() == word:
                return value
        return ""

    @property
    def subscription_id(self) -> str:
        """The subscription, or "" for tenant level ids."""
        return self._after("subscriptions")

    @property
    def resource_group(self) -> str:
        """The resource group's name, or "" above it."""
        return self._after("resourcegroups")

    @property
    def name(self) -> str:
        """The last segment."""
        return self.segments[-1]

    @property
    def type(self) -> str:
        """The full type, `Microsoft.Compute/galleries/images`; groups and subscriptions have types of their own."""
        parts = self.segments
        lowered = [part.lower() for part in parts]
        if "providers" not in lowered:
            return "Microsoft.Resources/resourceGroups" if self.resource_group else "Microsoft.Resources/subscriptions"
        last = len(lowered) - 1 - lowered[::-1].index("providers")
        return "/".join([parts[last + 1], *parts[last + 2 :: 2]])

    @property
    def namespace(self) -> str:
        """The resource provider, `Microsoft.Compute`."""
        return self.type.split("/", 1)[0]

    @property
    def parent(self) -> ResourceId | None:
        """The resource that this one is a child of, or None for a top-level resource."""
        if self.type.count("/") < 2:
            return None
        return ResourceId("/".join(self.segments[:-2]))

    @property
    def group_id(self) -> ResourceId:
        """The id of the resource group that holds this resource."""
        return ResourceId(f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}")
