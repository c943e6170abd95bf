"""Real ARM traffic of the corpus, call by call, with the names of this bench's group in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_GROUP = re.compile(r"(?i)/subscriptions/[^/]+/resourcegroups/[^/\"?]+")


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One call and its answer; paths begin with `~` for the resource group."""

    method: str
    path: str
    api_version: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any
    headers: frozenset[str]


def recorded(path: Path, provider: str, *, group: str) -> Iterator[Recorded]:
    """The calls of a recording under one provider and in a group; ids in bodies point into `group`."""
    for entry in yaml.load(path.read_text(), Loader=yaml.CSafeLoader)["interactions"]:
        request, response = entry["request"], entry["response"]
        uri, _, query = request["uri"].removeprefix("https://management.azure.com").partition("?")
        if "/resourcegroups/" not in uri.lower() or f"/{provider.lower()}/" not in uri.lower():
            continue
        parameters = dict(pair.split("=", 1) for pair in query.split("&"))
        sent = _text(request["body"])
        yield Recorded(
            method=request["method"],
            path=_GROUP.sub("~", uri),
            api_version=parameters.pop("api-version"),
            query=parameters,
            body=json.loads(_GROUP.sub(group, sent)) if sent else None,
            status=response["status"]["code"],
            answer=json.loads(_GROUP.sub(group, _text(response["body"]["string"])) or "null"),
            headers=frozenset(name.lower() for name in response["headers"]),
        )


def _text(body: object) -> str:
    """A body as text; the SDK's recordings keep the representation of bytes."""
    text = body.decode() if isinstance(body, bytes) else str(body or "")
    while text.startswith("b'"):
        text = text[2:-1].replace("\\'", "'")
    return text


def shape(value: Any, *, without: frozenset[str] = frozenset()) -> Any:  # noqa: ANN401 - any JSON
    """The names in a document, without its values."""
    if isinstance(value, dict):
        return {name: shape(inner, without=without) for name, inner in sorted(value.items()) if name not in without}
    return [shape(inner, without=without) for inner in value] if isinstance(value, list) else type(value).__name__
