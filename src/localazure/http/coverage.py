"""The page that lists what is served and what is not, made from the table of operations and the published ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from localazure.arm.operation_table import Operation, OperationTable
from localazure.http.published_operations import PublishedOperation

_INTRODUCTION = """# What the local cloud serves

Made by `localazure coverage`. **real**: carried out, with effects that other operations see. **shape only**: answered
in the right shape, with nothing behind it. **absent**: published by Azure for a provider that is served, and answered
501 `NotServedByLocalCloud` here, as is every operation that this page does not name.

The API versions are those whose published files the answers are held against; a dash stands where there is no such
file. An operation answers every other version too, with the fields that the version knows.
"""


@dataclass(frozen=True, kw_only=True)
class _Row:
    operation_id: str
    method: str
    path: str
    api_versions: tuple[str, ...]
    coverage: str

    @property
    def provider(self) -> str:
        found = re.findall(r"/providers/(Microsoft\.\w+)", self.path)
        return str(found[-1]) if found else "Microsoft.Resources"

    @property
    def line(self) -> str:
        versions = ", ".join(self.api_versions) or "-"
        return f"| {self.operation_id} | {self.method} | `{self.path}` | {versions} | {self.coverage} |"


def page(operations: Iterable[Operation], published: Iterable[PublishedOperation] = ()) -> str:
    """Markdown: a table for each resource provider."""
    rows = sorted(_rows(list(operations), published), key=lambda row: (row.provider, row.path.lower(), row.method))
    sections = [
        f"## {provider}\n\n| operation | method | path | API versions | |\n| --- | --- | --- | --- | --- |\n"
        + "\n".join(row.line for row in group)
        for provider, group in groupby(rows, key=lambda row: row.provider)
    ]
    return "\n".join([_INTRODUCTION, "\n\n".join(sections), ""])


def _rows(operations: list[Operation], published: Iterable[PublishedOperation]) -> list[_Row]:
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
                )
            )
    served = [
        _Row(
            operation_id=operation.operation_id,
            method=operation.method,
            path=operation.path,
            api_versions=tuple(sorted(versions.get(id(operation), ()))),
            coverage=operation.coverage,
        )
        for operation in operations
    ]
    return [*served, *rows]
