"""An Azure resource id as a type: parsed once, compared without case."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self


@dataclass(frozen=True, eq=False)
class ResourceId:
    """The id of a resource, a resource group or a subscription.

    Azure writes the same id with different capitals in different answers, so ids compare and hash without case; the
    text stays as it came. Built by `ResourceId.parse` or `ResourceId.of`.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id such as `/subscriptions/…/resourceGroups/…/providers/…`.

        Raises:
            ValueError: not an ARM id.
        """
        cleaned = "/" + text.strip().strip("/")
        found = cls(cleaned)
        segments = found.segments
        if len(segments) % 2 or "" in segments or segments[0].lower() not in {"subscriptions", "providers", "tenants"}:
            raise ValueError(f'"{text}" is not a resource id: expected /subscriptions/…/resourceGroups/…/providers/…')
        return found

    @classmethod
    def resource_group_of(cls, subscription_id: str, resource_group: str) -> Self:
        """The id of a resource group."""
        return cls(f"/subscriptions/{subscription_id}/resourceGroups/{resource_group}")

    @classmethod
    def of(cls, subscription_id: str, resource_group: str, resource_type: str, *names: str) -> Self:
        """The id of a resource in a group: `of(sub, group, "Microsoft.Compute/galleries/images", "golden", "web")`."""
        provider, *types = resource_type.split("/")
        if len(types) != len(names):
            raise ValueError(f"{resource_type} takes {len(types)} names, got {len(names)}")
        tail = "/".join(f"{kind}/{name}" for kind, name in zip(types, names, strict=True))
        return cls(f"/subscriptions/{subscription_id}/resourceGroups/{resource_group}/providers/{provider}/{tail}")

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The parts between the slashes."""
        return tuple(self.text.strip("/").split("/"))

    def _after(self, word: str) -> str | None:
        keys = [segment.lower() for segment in self.segments[0::2]]
        return self.segments[keys.index(word) * 2 + 1] if word in keys else None

    @property
    def subscription_id(self) -> str:
        """The subscription; empty where the id has none."""
        return self._after("subscriptions") or ""

    @property
    def resource_group(self) -> str:
        """The resource group; empty where the id has none."""
        return self._after("resourcegroups") or ""

    @cached_property
    def _provider_at(self) -> int | None:
        keys = [segment.lower() for segment in self.segments]
        places = [index for index in range(0, len(keys), 2) if keys[index] == "providers"]
        return places[-1] if places else None

    @property
    def type(self) -> str:
        """`Microsoft.Compute/galleries/images/versions`; of a group `Microsoft.Resources/resourceGroups`."""
        if self._provider_at is None:
            return "Microsoft.Resources/" + ("resourceGroups" if self.resource_group else "subscriptions")
        rest = self.segments[self._provider_at + 1 :]
        return "/".join((rest[0], *rest[1::2]))

    @property
    def name(self) -> str:
        """The last segment: the resource's own name."""
        return self.segments[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Names from the outermost resource to this one: gallery, definition, version."""
        return self.segments[-1:] if self._provider_at is None else self.segments[self._provider_at + 3 :: 2]

    @property
    def parent(self) -> "ResourceId":
        """The resource one level up: of a version the definition, of a gallery the resource group."""
        cut = 4 if self._provider_at is not None and len(self.names) == 1 else 2
        return ResourceId("/" + "/".join(self.segments[:-cut]))

    def child(self, kind: str, name: str) -> "ResourceId":
        """The id of a resource below this one."""
        return ResourceId(f"{self.text.rstrip('/')}/{kind}/{name}")

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and self.text.lower() == other.text.lower()

    def __hash__(self) -> int:
        return hash(self.text.lower())
