"""What an expression is evaluated in: the session that all share, and the frame of names around one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol

from armtemplate.documents import Document
from armtemplate.errors import ExpressionError, Fault
from armtemplate.json_types import Value
from armtemplate.positions import JsonPath, PathLink, Position, path_text, unlink
from armtemplate.scope import Scope
from armtemplate.session import Session
from armtemplate.unknown import Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The document that a template came from, and where in it the template stands."""

    document: Document | None
    file: str
    prefix: JsonPath = ()

    def position(self, path: JsonPath) -> Position | None:
        """The place of a path below the template; None where the template came as plain values."""
        return None if self.document is None else self.document.position((*self.prefix, *path))

    def fault(self, message: str, path: JsonPath, *, expression: str | None = None, offset: int | None = None) -> Fault:
        """A fault at a path below the template."""
        position = self.position(path)
        return Fault(
            message=message,
            json_path=path_text((*self.prefix, *path)),
            file=self.file,
            line=position.line if position else None,
            column=position.column if position else None,
            expression=expression,
            caret_offset=offset,
        )


class Names(Protocol):
    """Looks a parameter or a variable up by name, without regard to case."""

    def value(self, name: str, session: Session) -> Value:
        """The value; raises ExpressionError when there is none of that name."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedNames:
    """Names whose values are given."""

    what: str
    values: Mapping[str, Any]

    def value(self, name: str, session: Session) -> Value:  # noqa: ARG002 - the protocol's signature
        """The value given under that name."""
        if name in self.values:
            return self.values[name]
        folded = name.lower()
        for key, value in self.values.items():
            if key.lower() == folded:
                return value
        raise ExpressionError(f"there is no {self.what} '{name}'")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A part of a template, and the functions that the engine does not take there."""

    name: str
    forbidden: frozenset[str] = frozenset()
    runtime_functions: bool = True  # reference, references and the list functions

    def refusal(self, key: str) -> str | None:
        """Why a function is not taken here, or None."""
        if key in self.forbidden or (not self.runtime_functions and is_runtime_function(key)):
            return f"the function is not expected in {self.name}"
        return None


_ONLY_IN_DEFAULTS = frozenset({"utcnow", "newguid"})
ANYWHERE = Place(name="an expression")
PARAMETER_DEFAULT = Place(
    name="a parameter's default value", forbidden=frozenset({"variables", "copyindex"}), runtime_functions=False
)
VARIABLE = Place(name="a variable", forbidden=_ONLY_IN_DEFAULTS, runtime_functions=False)
USER_FUNCTION = Place(
    name="a user-defined function", forbidden=_ONLY_IN_DEFAULTS | {"copyindex"}, runtime_functions=False
)
RESOURCE_HEADER = Place(
    name="a part of a resource that must be known at the start", forbidden=_ONLY_IN_DEFAULTS, runtime_functions=False
)
RESOURCE_BODY = Place(name="a resource", forbidden=_ONLY_IN_DEFAULTS)
OUTPUT = Place(name="an output", forbidden=_ONLY_IN_DEFAULTS)


def is_runtime_function(key: str) -> bool:
    """Whether only a deployed resource can answer the function."""
    return key in {"reference", "references", "getsecret"} or (key.startswith("list") and "." not in key)


class ResourceLookup(Protocol):
    """Finds what `reference()` and its like name."""

    def find(self, name_or_id: str) -> "ReferenceTarget | None":
        """One resource, by symbolic name, resource name or id."""
        ...

    def find_loop(self, name: str) -> "list[ReferenceTarget] | None":
        """The instances of a symbolic loop."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceTarget:
    """A resource of the template as `reference()` sees it."""

    id: str
    api_version: str | None
    type: str = ""
    name: Value = ""
    by_name: bool = False
    known: Mapping[str, Any] | None = None
    condition: Value = True
    in_template: bool = True
    missing: bool = False  # not there because its declaration is at fault, which is told elsewhere


class NoResources:
    """Where there are no resources to refer to."""

    def find(self, name_or_id: str) -> ReferenceTarget | None:  # noqa: ARG002 - the protocol's signature
        """None."""
        return None

    def find_loop(self, name: str) -> list[ReferenceTarget] | None:  # noqa: ARG002 - the protocol's signature
        """None."""
        return None


class Builtins(Protocol):
    """The table of the language's own functions."""

    def get(self, key: str) -> Any:  # noqa: ANN401 - an interpreter.Function, which knows frames
        """The function of that name in lower case, or None."""
        ...

    def names(self) -> Sequence[str]:
        """All names, for suggestions."""
        ...


def _builtins() -> Builtins:
    from armtemplate.functions import FUNCTIONS

    return FUNCTIONS


_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The names around one expression."""

    session: Session
    scope: Scope = field(default_factory=Scope)
    source: Source = Source(document=None, file="<template>")
    parameters: Names = field(default_factory=lambda: FixedNames(what="parameter", values={}))
    variables: Names = field(default_factory=lambda: FixedNames(what="variable", values={}))
    builtins: Builtins = field(default_factory=_builtins, repr=False)
    functions: Mapping[str, Any] = _EMPTY  # `namespace.name` in lower case → user function
    resources: ResourceLookup = field(default_factory=NoResources)
    place: Place = ANYWHERE
    loops: Mapping[str, int] = _EMPTY
    loop: str | None = None  # the loop that copyIndex() without a name means
    bindings: Mapping[str, Any] = _EMPTY  # lambda variables
    deployment: Mapping[str, Any] = _EMPTY  # the body that deployment() shows
    noticed: Callable[[str], None] | None = (
        None  # told of every resource that is named by reference() or a list function
    )
    target: Scope | None = (
        None  # where resources go, when that is not the scope that functions speak of (nested, outer scope)
    )
    api_profile: bool = False  # the template names an API profile, so a resource need not name its API version
    raising: bool = False  # faults belong to whoever asked, as inside a user-defined function

    @property
    def destination(self) -> Scope:
        """The scope that resources are deployed to."""
        return self.target or self.scope

    def at(self, place: Place) -> "Frame":
        """The same names in another part of the template."""
        return self._changed(place=place)

    def in_loop(self, name: str, index: int, *, nameless: bool) -> "Frame":
        """Inside one turn of a copy loop."""
        key = name.lower()
        return self._changed(loops={**self.loops, key: index}, loop=key if nameless else self.loop)

    def bound(self, bindings: Mapping[str, Any]) -> "Frame":
        """With lambda variables on top of those outside."""
        return self._changed(bindings={**self.bindings, **bindings})

    def _changed(self, **changes: Value) -> "Frame":
        """A copy, as `dataclasses.replace` makes it, but many times faster: every turn of a lambda makes one."""
        copy = object.__new__(Frame)
        copy.__dict__.update(self.__dict__, **changes)
        return copy

    def resumed(self, session: Session) -> "Frame":
        """The same names in a later session, in which somebody answers."""
        return replace(self, session=session, noticed=None, raising=True)

    def report(self, error: ExpressionError, path: PathLink, expression: str | None = None) -> Unknown:
        """Notes a fault; returns the stand-in that keeps what depends on it from being faulted again."""
        if self.raising:
            raise ExpressionError(error.message)
        self.session.faults.append(
            self.source.fault(error.message, unlink(path), expression=expression, offset=error.offset)
        )
        return Unknown(reason=error.message, render=lambda: "null()", faulty=True)
