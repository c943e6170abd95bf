"""Finds what a resource depends on, and puts resources in order.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/resource-dependency.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from armtemplate.drafts import Draft
from armtemplate.errors import ExpressionError
from armtemplate.frames import Frame, ReferenceTarget
from armtemplate.json_types import Value
from armtemplate.resource_ids import relative_path
from armtemplate.unknown import Unknown


class ResourceIndex:
    """The resources of one template by everything that may name them, without regard to case."""

    def __init__(self) -> None:
        self.incomplete = False  # a resource is missing because its header is at fault; what names it is not to blame
        self.empty_loops: set[str] = set()
        self._by_id: dict[str, list[Draft]] = defaultdict(list)
        self._by_path: dict[str, list[Draft]] = defaultdict(list)
        self._by_name: dict[str, list[Draft]] = defaultdict(list)
        self._by_short_name: dict[str, list[Draft]] = defaultdict(list)
        self._by_symbol: dict[str, list[Draft]] = defaultdict(list)
        self._by_loop: dict[str, list[Draft]] = defaultdict(list)

    def add(self, draft: Draft) -> None:
        """Takes a resource in."""
        self._by_id[draft.id.lower()].append(draft)
        self._by_path[relative_path(draft.id).lower()].append(draft)
        self._by_path[f"{draft.type}/{draft.name}".lower()].append(draft)
        name = str(draft.name).lower()
        self._by_name[name].append(draft)
        if draft.short_name is not None:
            self._by_short_name[draft.short_name.lower()].append(draft)
        if draft.symbolic is not None:
            self._by_symbol[draft.symbolic.lower()].append(draft)
            if draft.index is not None:
                self._by_symbol[f"{draft.symbolic}[{draft.index}]".lower()].append(draft)
        if draft.loop is not None:
            self._by_loop[draft.loop.name.lower()].append(draft)

    def named(self, text: str) -> list[Draft]:
        """The resources that a `dependsOn` entry or a reference means; several for a loop or a shared name."""
        key = text.lower().rstrip("/")
        for table in (
            self._by_symbol,
            self._by_id,
            self._by_loop,
            self._by_name,
            self._by_path,
            self._by_short_name,
        ):
            if key in table:
                return list(dict.fromkeys(table[key]))
        return []

    def loop(self, text: str) -> list[Draft] | None:
        """The instances of a symbolic loop; None where there is none of that name."""
        found = [draft for draft in self._by_symbol.get(text.lower(), []) if draft.index is not None]
        return found or None

    def is_loop(self, text: str) -> bool:
        """Whether a name means all instances of a loop."""
        key = text.lower()
        return key in self._by_loop or key in self._by_symbol

    def same_id(self) -> list[list[Draft]]:
        """Resources that share an id."""
        return [drafts for drafts in self._by_id.values() if len(drafts) > 1]


class TemplateResources:
    """What `reference()` finds: the index, with the outputs that are known of nested deployments."""

    def __init__(self, index: ResourceIndex, known: Callable[[Draft], dict[str, Any] | None]) -> None:
        self._index = index
        self._known = known

    def find(self, name_or_id: str) -> ReferenceTarget | None:
        """One resource, by symbolic name, resource name or id."""
        found = self._index.named(name_or_id)
        if not found:
            if self._index.incomplete and not name_or_id.startswith("/"):
                return ReferenceTarget(id=name_or_id, api_version=None, missing=True)
            return None
        deployed = [draft for draft in found if draft.condition is not False] or found
        if len({draft.id.lower() for draft in deployed}) > 1:
            raise ExpressionError(f"'{name_or_id}' names {len(deployed)} resources of the template; name one by its id")
        return self._target(deployed[0], by_name=not name_or_id.startswith("/"))

    def find_loop(self, name: str) -> list[ReferenceTarget] | None:
        """The instances of a symbolic loop."""
        found = self._index.loop(name)
        if found is None:
            return [] if name.lower() in self._index.empty_loops else None
        return [self._target(draft, by_name=True) for draft in found]

    def _target(self, draft: Draft, *, by_name: bool) -> ReferenceTarget:
        return ReferenceTarget(
            id=draft.id,
            api_version=draft.api_version,
            type=draft.type,
            name=draft.name,
            by_name=by_name,
            known=self._known(draft) if draft.is_deployment else None,
            condition=draft.condition,
        )


def resolve_dependencies(drafts: list[Draft], index: ResourceIndex, frame: Frame) -> dict[int, list[Draft]]:
    """For each resource, by its place in the list, the deployed resources of the template that it depends on."""
    edges: dict[int, list[Draft]] = {}
    batches = _batches(drafts)
    for place, draft in enumerate(drafts):
        found: list[Draft] = list(batches.get(place, ()))
        for at, entry in enumerate(draft.depends_on):
            found.extend(_entry(draft, entry, at, index, frame))
        for implied in sorted(draft.implied):
            found.extend(other for other in index.named(implied) if other is not draft)
        edges[place] = [other for other in dict.fromkeys(found) if other.condition is not False]
    return edges


def _entry(draft: Draft, entry: Value, at: int, index: ResourceIndex, frame: Frame) -> list[Draft]:
    path = ((draft.path, "dependsOn"), at)
    if isinstance(entry, Unknown) or draft.condition is False:
        return []
    if not isinstance(entry, str):
        frame.report(
            ExpressionError("an entry of dependsOn must be a string: a resource's name, its id, or a loop's name"), path
        )
        return []
    found = [other for other in index.named(entry) if other is not draft]
    if not found:
        if index.named(entry):
            frame.report(ExpressionError(f"the resource '{draft.name}' depends on itself"), path)
        elif (
            "[" not in entry and not index.incomplete and entry.lower() not in index.empty_loops
        ):  # part of the name is not known yet
            frame.report(ExpressionError(f"the resource '{entry}' is not defined in the template"), path)
        return []
    if len({other.id.lower() for other in found}) > 1 and not index.is_loop(entry):
        listed = ", ".join(other.id for other in found[:3])
        frame.report(
            ExpressionError(f"'{entry}' names {len(found)} resources of the template ({listed}); name one by its id"),
            path,
        )
        return []
    return found


def _batches(drafts: list[Draft]) -> dict[int, list[Draft]]:
    """In a serial loop, every instance depends on all instances of the batch before its own."""
    by_loop: dict[int, list[tuple[int, Draft]]] = defaultdict(list)
    for place, draft in enumerate(drafts):
        if draft.loop is not None and draft.loop.batch_size and "copy" in draft.declaration:
            by_loop[id(draft.declaration)].append((place, draft))
    waits: dict[int, list[Draft]] = {}
    for members in by_loop.values():
        for place, draft in members:
            size = draft.loop.batch_size if draft.loop else 0
            batch = (draft.index or 0) // size
            waits[place] = [other for _, other in members if (other.index or 0) // size == batch - 1]
    return waits


def in_order(drafts: list[Draft], edges: dict[int, list[Draft]], frame: Frame) -> list[int]:
    """The places of the resources, each behind what it depends on, otherwise as declared; a circle is a fault."""
    place_of = {id(draft): place for place, draft in enumerate(drafts)}
    waits = {place: {place_of[id(other)] for other in edges[place]} for place in range(len(drafts))}
    order: list[int] = []
    done: set[int] = set()
    while len(order) < len(drafts):
        ready = [place for place in waits if place not in done and waits[place] <= done]
        if not ready:
            _report_circle(drafts, waits, done, frame)
            return order + [place for place in waits if place not in done]
        order.extend(ready)
        done.update(ready)
    return order


def _report_circle(drafts: list[Draft], waits: dict[int, set[int]], done: set[int], frame: Frame) -> None:
    place = min(place for place in waits if place not in done)
    trail: list[int] = []
    while place not in trail:
        trail.append(place)
        place = min(other for other in waits[place] if other not in done)
    circle = [*trail[trail.index(place) :], place]
    names = " → ".join(str(drafts[at].symbolic_name or drafts[at].name) for at in circle)
    frame.report(
        ExpressionError(f"the resources depend on each other in a circle: {names}"),
        (drafts[circle[0]].path, "dependsOn"),
    )
