"""The operations that Azure publishes for the providers served here, as the coverage page lists them.

Kept beside this file as data, because a user's machine has no specification: `localazure coverage --published FOLDER`
writes it anew from a folder of OpenAPI files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

_METHODS = ("get", "put", "patch", "post", "delete", "head")
_DATA = "published_operations.json"


@dataclass(frozen=True, kw_only=True)
class PublishedOperation:
    """One operation of the specification, with the versions whose files have it."""

    operation_id: str
    method: str
    path: str
    api_versions: tuple[str, ...]

    @property
    def sample(self) -> str:
        """A path that it would be called at; a scope is a resource group."""
        scoped = self.path.replace("{scope}", "subscriptions/x/resourceGroups/x")
        return re.sub(r"\{\w+\}", "x", scoped)


def read(folder: Path) -> list[PublishedOperation]:
    """The operations of every OpenAPI file below a folder, those left out that take a whole id for their path."""
    found: dict[tuple[str, str], dict[str, PublishedOperation]] = {}
    for file in sorted(folder.rglob("*.json")):
        document = json.loads(file.read_text()) if "examples" not in file.parts else {}
        for one in _of_file(document) if document.get("swagger") == "2.0" else ():
            same = (one.method, re.sub(r"\{\w+\}", "{}", one.path.lower().rstrip("/")))
            found.setdefault(same, {})[one.api_versions[0]] = one
    # A name that changed is shown as the newest version has it.
    newest = [replace(known[max(known)], api_versions=tuple(sorted(known))) for known in found.values()]
    return sorted(newest, key=lambda one: (one.path.lower(), one.method))


def _of_file(document: Mapping[str, Any]) -> Iterator[PublishedOperation]:
    for path, item in (document.get("paths") or {}).items():
        for method in (name for name in _METHODS if name in item and not re.fullmatch(r"/\{\w+\}", path)):
            yield PublishedOperation(
                operation_id=item[method]["operationId"],
                method=method.upper(),
                path=path,
                api_versions=(document["info"]["version"],),
            )


def written(operations: list[PublishedOperation]) -> str:
    """The data, a line an operation."""
    rows = [json.dumps([one.method, one.path, one.operation_id, *one.api_versions]) for one in operations]
    return "[\n" + ",\n".join(rows) + "\n]\n"


def load() -> list[PublishedOperation]:
    """What is kept."""
    rows = json.loads(files(__package__).joinpath(_DATA).read_text())
    return [
        PublishedOperation(operation_id=name, method=method, path=path, api_versions=tuple(versions))
        for method, path, name, *versions in rows
    ]
