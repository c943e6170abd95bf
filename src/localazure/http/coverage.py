"""The page that lists what is served, made from the table of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from localazure.arm.operation_table import Operation

_INTRODUCTION = """# What the local cloud serves

Made by `localazure coverage`. **real**: carried out, with effects that other operations see. **shape only**: answered
in the right shape, with nothing behind it. Every other operation answers 501 `NotServedByLocalCloud`.
"""


def page(operations: Iterable[Operation]) -> str:
    """Markdown: a table for each resource provider."""
    served = sorted(operations, key=lambda operation: (_provider(operation), operation.path.lower(), operation.method))
    sections = [
        f"## {provider}\n\n| operation | method | path | |\n| --- | --- | --- | --- |\n"
        + "\n".join(_row(operation) for operation in group)
        for provider, group in groupby(served, key=_provider)
    ]
    return "\n".join([_INTRODUCTION, "\n\n".join(sections), ""])


def _provider(operation: Operation) -> str:
    found = re.findall(r"/providers/(Microsoft\.\w+)", operation.path)
    return str(found[-1]) if found else "Microsoft.Resources"


def _row(operation: Operation) -> str:
    path = operation.path.replace("|", "\\|")
    return f"| {operation.operation_id} | {operation.method} | `{path}` | {operation.coverage} |"
