"""The page that lists what is served and what is not, made from the table of operations and the published ones."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby

from localazure.arm.operation_table import Operation, OperationTable
from localazure.http.published_operations import PublishedOperation

_INTRODUCTION = """# What the local cloud serves

Made by `localazure coverage`. **real**: carried out, with effects that other operations see. **shape only**: answered
in the right shape, with nothing behind it. **absent**: published by Azure for a provider that is served, and answered
501 `NotServedByLocalCloud` here, as is every operation that this page does not name.

The API versions are those whose published files the answers are held against; a dash stands where there is no such
file. An operation answers every other version too, with the fields that the version knows.

The last column says what an answer's shape is from. **recorded**: answers of Azure were recorded, and this one is held
to them. **documented**: it is held to the published file alone. **assumed**: neither is there. `make verify-azure`
records what Azure says ([verify-azure.md](verify-azure.md)).
"""
_HEAD = "| operation | method | path | API versions | | from |\n| --- | --- | --- | --- | --- | --- |\n"


@dataclass(frozen=True, kw_only=True)
class _Row:
    operation_id: str
    method: str
    path: str
    api_versions: tuple[str, ...]
    coverage: str
    source: str

    @property
    def provider(self) -> str:
        found = re.findall(r"/providers/(Microsoft\.\w+)", self.path)
        return str(found[-1]) if found else "Microsoft.Resources"

    @property
    def line(self) -> str:
        versions = ", ".join(self.api_versions) or "-"
        return f"| {self.operation_id} | {self.method} | `{self.path}` | {versions} | {self.coverage} | {self.source} |"


def page(
    operations: Iterable[Operation],
    published: Iterable[PublishedOperation] = (),
    recorded: Collection[str] = (),
) -> str:
    """Markdown: a table for each resource provider. `recorded` are the names of operations that recordings show."""
    listed = _rows(list(operations), published, recorded)
    rows = sorted(listed, key=lambda row: (row.provider, row.path.lower(), row.method))
    sections = [
        f"## {provider}\n\n{_HEAD}" + "\n".join(row.line for row in group)
        for provider, group in groupby(rows, key=lambda row: row.provider)
    ]
    return "\n".join([_INTRODUCTION, "\n\n".join(sections), ""])


def recorded_operations() -> frozenset[str]:
    """The operations whose answers recordings of Azure show; kept here, because a user's machine has no recordings."""
    return frozenset(json.loads(files(__package__).joinpath("recorded_operations.json").read_text()))


def _source(name: str, versions: Collection[str], recorded: Collection[str]) -> str:
    return "recorded" if name in recorded else "documented" if versions else "assumed"


def _rows(
    operations: list[Operation], published: Iterable[PublishedOperation], recorded: Collection[str]
) -> list[_Row]:
    table, versions, rows = OperationTable(operations), dict[int, set[str]](), list[_Row]()
    for one in published:
        match = table.match(one.method, one.sample)
        if match is not None:
            versions.setdefault(id(match.operation), set()).update(one.api_versions)
        else:
            rows.append(
                _Row(
                    operation_id=one.operation_id,
                    method=one.method,
                    path=one.path,
                    api_versions=one.api_versions,
                    coverage="absent",
                    source="-",
                )
            )
    served = [
        _Row(
            operation_id=operation.operation_id,
            method=operation.method,
            path=operation.path,
            api_versions=tuple(sorted(versions.get(id(operation), ()))),
            coverage=operation.coverage,
            source=_source(operation.operation_id, versions.get(id(operation), ()), recorded),
        )
        for operation in operations
    ]
    return [*served, *rows]
