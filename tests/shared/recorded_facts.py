"""What recorded traffic shows of each operation, as facts: statuses, header names, and fields with their JSON types.

The recordings are not part of this repository. The facts are, so that answers are held to them everywhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from localazure.arm.operation_table import OperationTable
from openapi import envelope_faults
from replay import ARM, Interaction

# Headers of the connection and of the servers in front, which say nothing about an operation.
_OF_THE_CONNECTION = frozenset(
    ["connection", "content-length", "content-type", "date", "server", "set-cookie", "transfer-encoding", "vary"]
)
_MAPS = {"userAssignedIdentities"}  # names in it are data: any of them is the same place, written {}
_FREE = {"after", "before", "delta", "outputs", "parameters", "template", "variables"}  # of any shape
_OF_THE_USER = {"artifactTags", "tags"}  # there or not as the request had it
_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", dict: "object", list: "array"}
_OPTIONAL = "?"  # after a type or a header: some answers do without


def places(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    """Every place of a document with its value; a null stands for what is not there."""
    if value is None:
        return
    yield place, value
    name = place.rpartition(".")[2]
    if name in _FREE:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _OF_THE_USER:
                yield from places(inner, f"{place}{{}}" if name in _MAPS else f"{place}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner, f"{place}[]")


def _parent(place: str) -> str:
    return place.rpartition(".")[0]


def _is_element(place: str) -> bool:
    return place.endswith(("[]", "{}"))


@dataclass
class _Seen:
    """All recorded answers of one operation."""

    answers: Counter[int] = field(default_factory=Counter)
    headers: dict[int, Counter[str]] = field(default_factory=dict)
    types: dict[str, set[str]] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)

    def add(self, interaction: Interaction) -> None:
        self.answers[interaction.status] += 1
        names = interaction.headers.keys() - _OF_THE_CONNECTION
        self.headers.setdefault(interaction.status, Counter()).update(names)
        for place, value in places(interaction.answer) if interaction.status < 400 else ():
            self.types.setdefault(place, set()).add(_TYPES[type(value)])
            self.times[place] += 1
            self.objects[place] += isinstance(value, dict)

    def facts(self) -> dict[str, Any]:
        return {
            "statuses": {str(status): self._headers(status) for status in sorted(self.answers)},
            "fields": {place: self._type(place) for place in sorted(self.types) if place},
        }

    def _headers(self, status: int) -> str:
        names = self.headers[status].items()
        return " ".join(sorted(name + _OPTIONAL * (times < self.answers[status]) for name, times in names))

    def _type(self, place: str) -> str:
        is_optional = not _is_element(place) and self.times[place] < self.objects[_parent(place)]
        return "|".join(sorted(self.types[place])) + _OPTIONAL * is_optional


def facts_of(recordings: Iterable[Iterable[Interaction]], table: OperationTable) -> dict[str, Any]:
    """What the recordings show of every operation in the table, by its name."""
    seen: dict[str, _Seen] = {}
    for recording in recordings:
        for interaction in recording:
            match = table.match(interaction.method, interaction.path) if f"https://{interaction.host}" == ARM else None
            if match:
                seen.setdefault(match.operation.operation_id, _Seen()).add(interaction)
    return {name: seen[name].facts() for name in sorted(seen)}


@dataclass(frozen=True)
class RecordedOperation:
    """The facts of one operation; `headers_of_arm` are those that some operation is shown with."""

    statuses: Mapping[str, str]
    fields: Mapping[str, str]
    headers_of_arm: frozenset[str]

    def faults(self, status: int, headers: Mapping[str, str], body: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
        """Where an answer that is no refusal disagrees with what is shown."""
        if str(status) not in self.statuses:
            yield f"status {status}"
            return
        yield from self._header_faults(self.statuses[str(status)].split(), {name.lower() for name in headers})
        for place, value in places(body):
            yield from self._type_faults(place, _TYPES[type(value)])
            if isinstance(value, dict):
                there = {name for name, inner in value.items() if inner is not None}
                for name in sorted(self._always.get(place, frozenset()) - there):
                    yield f"missing field {place}.{name}".replace(" .", " ")

    def _header_faults(self, shown: list[str], given: set[str]) -> Iterator[str]:
        for name in sorted({name for name in shown if not name.endswith(_OPTIONAL)} - given):
            yield f"missing header {name}"
        for name in sorted((given & self.headers_of_arm) - {name.removesuffix(_OPTIONAL) for name in shown}):
            yield f"extra header {name}"

    def _type_faults(self, place: str, kind: str) -> Iterator[str]:
        shown = self.fields.get(place)
        if shown is not None:
            if kind not in shown.removesuffix(_OPTIONAL).split("|"):
                yield f"type of {place}: {kind}, not {shown}"
        elif place and not _is_element(place) and (not _parent(place) or _parent(place) in self.fields):
            yield f"extra field {place}"  # and not all that is below it; of an empty list the elements are unknown

    @cached_property
    def _always(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for place, kind in self.fields.items():
            if not kind.endswith(_OPTIONAL) and not _is_element(place):
                found.setdefault(_parent(place), set()).add(place.rpartition(".")[2])
        return {place: frozenset(names) for place, names in found.items()}


class RecordedFacts:
    """The table, the differences that are argued, and what was met of both in this session."""

    def __init__(self, table: Mapping[str, Any], differences: Mapping[str, str]) -> None:
        known = {name for one in table.values() for shown in one["statuses"].values() for name in shown.split()}
        headers = frozenset(name.removesuffix(_OPTIONAL) for name in known)
        self.operations = {
            name: RecordedOperation(one["statuses"], one["fields"], headers) for name, one in table.items()
        }
        self.differences = {pattern: pattern.replace("[", "[[]") for pattern in differences}
        self.answered: set[str] = set()
        self.met: set[str] = set()

    def judge(self, operation: str, status: int, headers: Mapping[str, str], content: bytes) -> Iterator[str]:
        """The faults of one answer that no difference argues for. Any refusal will do, if it has ARM's envelope."""
        if operation not in self.operations:
            return
        body = json.loads(content) if content else None
        if status >= 400:
            yield from (f"{operation} status {status}: {fault}" for fault in envelope_faults(body))
            return
        self.answered.add(operation)
        for fault in self.operations[operation].faults(status, headers, body):
            argued = [name for name, one in self.differences.items() if fnmatchcase(f"{operation} {fault}", one)]
            self.met.update(argued)
            if not argued:
                yield f"{operation} {fault}"


def load_facts(folder: Path) -> RecordedFacts:
    """The approved table of a folder, and the list beside it."""
    table = json.loads((folder / "recorded_facts.json").read_text())["operations"]
    listed = json.loads((folder / "recorded_differences.json").read_text())
    return RecordedFacts(table, {**listed["differences"], **listed["momentary"]})
