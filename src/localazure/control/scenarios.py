"""Scenarios: settings and faults in one YAML file, checked whole, with the line of everything that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from localazure.control import fault as faults
from localazure.control import settings
from localazure.control.fault import Fault
from localazure.control.problems import InvalidControl, Place, Problem, did_you_mean

_KEYS = ("name", "description", "seed", "settings", "faults")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a cloud is to be like."""

    name: str = ""
    description: str = ""
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


class InvalidScenario(InvalidControl):
    """A scenario that cannot be used; the message has one `FILE:LINE:COLUMN: place: problem` a line."""

    def __init__(self, lines: list[tuple[str, Problem]]) -> None:
        super().__init__([found for _, found in lines], code="InvalidScenario")
        self.message = "\n".join(f"{position}: {found}" for position, found in lines)
        self.args = (self.message,)


def read(text: str, *, file: str = "<scenario>", operations: Collection[str] = ()) -> Scenario:
    """A scenario from its text (YAML, and so JSON); raises InvalidScenario with every problem."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise InvalidScenario([(position, Problem(place=(), message=f"no YAML: {error.problem}"))]) from error
    found = problems(document, operations=operations)
    if found:
        raise InvalidScenario([(_position(file, node, problem.place), problem) for problem in found])
    return Scenario(
        name=str(document.get("name", "")),
        description=str(document.get("description", "")),
        seed=document.get("seed", 0),
        settings=document.get("settings") or {},
        faults=tuple(faults.read(entry) for entry in document.get("faults") or ()),
    )


def problems(document: object, *, operations: Collection[str] = ()) -> list[Problem]:
    """What keeps a document from being a scenario."""
    if not isinstance(document, Mapping):
        return [Problem(place=(), message=f"a scenario is a mapping of {', '.join(_KEYS)}.")]
    found = [
        Problem(place=(str(name),), message=f"a scenario has no '{name}': {did_you_mean(name, _KEYS)}")
        for name in document
        if name not in _KEYS
    ]
    seed = document.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool):
        found.append(Problem(place=("seed",), message=f"{seed!r} is no whole number."))
    found += settings.problems(document.get("settings") or {}, ("settings",))
    entries = document.get("faults") or []
    if not isinstance(entries, list):
        return [*found, Problem(place=("faults",), message="faults are a list.")]
    for index, entry in enumerate(entries):
        found += faults.problems(entry, ("faults", index), operations=operations)
    return found


def _position(file: str, node: yaml.Node | None, place: Place) -> str:
    """Where a place stands in the file: the key's own line where there is one, else what holds it."""
    mark = node.start_mark if node else None
    for part in place:
        found = _step(node, part)
        if found is None:
            break
        mark, node = found
    return f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file


def _step(node: yaml.Node | None, part: str | int) -> tuple[Any, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark, node.value[part]
    return None
