"""Resources before their bodies are evaluated: loops expanded, children found, names and scopes known."""

from dataclasses import dataclass, field, replace
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import RESOURCE_BODY, RESOURCE_HEADER, Frame
from armtemplate.json_types import Value
from armtemplate.limits import RESOURCES
from armtemplate.members import LOOP, RESOURCE, canonical
from armtemplate.positions import PathLink
from armtemplate.resource_headers import (
    DEPLOYMENT_TYPE,
    extension_of,
    full_name,
    quiet,
    read_condition,
    read_depends_on,
    read_id,
    read_scope_id,
    read_text,
)
from armtemplate.structure import evaluate_string, evaluate_structure, inspect, loop_count
from armtemplate.unknown import Unknown
from armtemplate.values import is_integer


@dataclass(kw_only=True, eq=False)
class Draft:
    """One instance of a resource declaration."""

    declaration: dict[str, Any]
    path: PathLink
    frame: Frame  # of the body, loops included
    type: str
    name: str | Unknown
    scope_id: str
    id: str
    api_version: str | None
    condition: bool | Unknown
    existing: bool
    symbolic: str | None
    loop: "Loop | None" = None
    index: int | None = None
    short_name: str | None = None  # as declared, of a resource inside another
    depends_on: list[Any] = field(default_factory=list)
    implied: set[str] = field(default_factory=set)  # ids that the body names through reference() and its like

    @property
    def symbolic_name(self) -> str | None:
        """The symbolic name, with the instance's index inside a loop."""
        return self.symbolic if self.symbolic is None or self.index is None else f"{self.symbolic}[{self.index}]"

    @property
    def is_deployment(self) -> bool:
        """Whether this is a nested deployment."""
        return self.type.lower() == DEPLOYMENT_TYPE


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """A resource loop: its name, and how many instances may be under way at once (0 is any number)."""

    name: str
    count: int
    batch_size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a declaration stands: path, symbolic name, the resource around it, the turn of the loop that it is in."""

    path: PathLink
    symbolic: str | None = None
    parent_type: str | None = None
    parent_name: str | Unknown = ""
    loop: Loop | None = None
    index: int | None = None


class DraftResources:
    """The instances of everything under `resources`, an array or an object by symbolic names.

    Attributes:
        complete: whether all are there; one whose header is at fault is not, nor are those of a loop whose count is not
            known.
        empty_loops: names, in lower case, of loops without instances.
        headless: what has a header at fault; the rest of it still has to be looked through.
    """

    def __init__(self, section: Value, frame: Frame, path: PathLink) -> None:
        self.drafts: list[Draft] = []
        self.complete = True
        self.empty_loops: set[str] = set()
        self.headless: list[tuple[dict[str, Any], Frame, PathLink]] = []
        self._read(section, frame, _Place(path=path))
        if len(self.drafts) > RESOURCES:
            frame.report(
                ExpressionError(f"the template has {len(self.drafts)} resources; Azure takes {RESOURCES}"), path
            )

    def _read(self, section: Value, frame: Frame, around: _Place) -> None:
        if isinstance(section, list):
            named: list[tuple[str | int, Any]] = list(enumerate(section))
        elif isinstance(section, dict):
            named = list(section.items())
        else:
            frame.report(ExpressionError("'resources' must be an array, or an object by symbolic names"), around.path)
            return
        for key, declaration in named:
            symbolic = key if isinstance(key, str) else None
            place = replace(around, path=(around.path, key), symbolic=symbolic)
            if isinstance(declaration, dict):
                self._instances(canonical(declaration, RESOURCE), frame, place)
            else:
                frame.report(ExpressionError("a resource must be an object"), place.path)

    def _instances(self, declaration: dict[str, Any], frame: Frame, place: _Place) -> None:
        if "copy" not in declaration:
            self._with_children(declaration, frame, place)
            return
        path: PathLink = (place.path, "copy")
        if place.parent_type is not None:
            message = "a resource inside another cannot have a loop; put it beside its parent"
            frame.report(ExpressionError(message), path)
            return
        loop = read_loop(declaration["copy"], frame.at(RESOURCE_HEADER), path)
        if loop is None:
            self.complete = False
        elif loop.count == 0:
            self.empty_loops |= {name.lower() for name in (loop.name, place.symbolic) if name is not None}
        if loop is None or loop.count == 0:
            inspect(
                {name: value for name, value in declaration.items() if name != "resources"},
                frame.at(RESOURCE_BODY),
                place.path,
            )
            return
        for index in range(loop.count):
            turn = frame.in_loop(loop.name, index, nameless=True)
            self._with_children(declaration, turn, replace(place, loop=loop, index=index))

    def _with_children(self, declaration: dict[str, Any], frame: Frame, place: _Place) -> None:
        draft = _draft(declaration, frame, place)
        if draft is None:
            self.complete = False
            self.headless.append((declaration, frame.at(RESOURCE_BODY), place.path))
            return
        self.drafts.append(draft)
        if declaration.get("resources"):
            around = _Place(path=(place.path, "resources"), parent_type=draft.type, parent_name=draft.name)
            self._read(declaration["resources"], frame, around)


def read_loop(copy: Value, frame: Frame, path: PathLink) -> Loop | None:
    """The loop of a resource; None where it is at fault or its count is not known."""
    copy = canonical(copy, LOOP) if isinstance(copy, dict) else copy
    if not isinstance(copy, dict) or "count" not in copy or not isinstance(copy.get("name"), str):
        frame.report(ExpressionError("a resource's 'copy' must be an object with 'name' and 'count'"), path)
        return None
    name = evaluate_string(copy["name"], frame, (path, "name"))
    count = loop_count(copy["count"], frame, (path, "count"))
    if isinstance(count, Unknown) or not isinstance(name, str):
        return None
    return Loop(name=name, count=count, batch_size=_batch_size(copy, count, frame, path))


def _batch_size(copy: dict[str, Any], count: int, frame: Frame, path: PathLink) -> int:
    """How many instances of a serial loop may be under way at once; 0 for a parallel one."""
    mode = evaluate_structure(copy.get("mode", "parallel"), frame, (path, "mode"))
    size = evaluate_structure(copy.get("batchSize", 1), frame, (path, "batchSize"))
    if isinstance(mode, Unknown) or isinstance(size, Unknown):
        return 0
    if not isinstance(mode, str) or mode.lower() not in ("serial", "parallel"):
        frame.report(ExpressionError("a loop's mode is 'serial' or 'parallel'"), (path, "mode"))
        return 0
    if isinstance(size, str) and size.isdecimal() and len(size) < 10:
        size = int(size)
    if not is_integer(size) or size < 1 or (size > count > 0):
        message = f"a loop's batch size must be between 1 and its count of {count}"
        frame.report(ExpressionError(message), (path, "batchSize"))
        return 0
    return int(size) if mode.lower() == "serial" else 0


def _draft(declaration: dict[str, Any], frame: Frame, place: _Place) -> Draft | None:
    """One instance; None where its type, name or scope is at fault."""
    path = place.path
    header = frame.at(RESOURCE_HEADER)
    condition = read_condition(declaration, header, path)
    existing = declaration.get("existing") is True
    unheard = quiet(header) if condition is False else header
    if existing:  # what is not deployed must have a name all the same, except for what is only looked up
        header = unheard
    kind = read_text(declaration, "type", header, path)
    name = read_text(declaration, "name", header, path)
    scope_id = read_scope_id(declaration, unheard, path, str(kind or ""))
    version = read_text(declaration, "apiVersion", header, path, required=not frame.api_profile)
    located = _located(declaration, place, kind, name, scope_id, header)
    if located is None:
        return None
    full_type, whole, identity = located
    return Draft(
        declaration=declaration,
        path=path,
        frame=frame.at(RESOURCE_BODY),
        type=full_type,
        name=whole,
        scope_id=scope_id or "",
        id=identity,
        api_version=None if version is None else str(version),
        condition=condition,
        existing=existing,
        symbolic=place.symbolic,
        loop=place.loop,
        index=place.index,
        short_name=name if place.parent_type is not None and isinstance(name, str) else None,
        depends_on=read_depends_on(declaration, unheard, path),
    )


def _located(
    declaration: dict[str, Any],
    place: _Place,
    kind: str | Unknown | None,
    name: str | Unknown | None,
    scope_id: str | None,
    frame: Frame,
) -> tuple[str, str | Unknown, str] | None:
    """Full type, full name and id; None where they are at fault."""
    if not isinstance(kind, str):
        if isinstance(kind, Unknown):
            frame.report(ExpressionError("a resource's type must be known at the start"), (place.path, "type"))
        return None
    extension = extension_of(declaration)
    if extension is not None:  # a resource of an extension has no ARM id; its symbolic name tells it from the others
        return kind, name or place.symbolic or "", f"/{extension}/{kind}/{place.symbolic or name or ''}"
    if name is None or scope_id is None:
        return None
    full_type, whole = kind.rstrip("/"), name
    if place.parent_type is not None and "." not in full_type.partition("/")[0]:  # only its own segments are written
        full_type, whole = f"{place.parent_type}/{full_type}", full_name(place.parent_name, name)
    identity = read_id(full_type, whole, scope_id, frame, place.path)
    return None if identity is None else (full_type, whole, identity)
