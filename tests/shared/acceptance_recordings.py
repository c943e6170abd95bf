"""The calls of a recording that `make verify-azure` wrote, as those of any other recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from acceptance.exchange import Exchange
from replay import Interaction

_METHODS = {"GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"}


def handed_back(path: Path) -> Iterator[Interaction]:
    """What went over the wire, in order; an answer of which only a part was kept shows nothing about its shape."""
    for line in path.read_text().splitlines():
        one = Exchange(**json.loads(line))
        if one.method in _METHODS and not one.cut:
            yield Interaction(
                method=one.method,
                host=one.host,
                path=one.path,
                query=dict(one.query),
                content="" if one.sent is None else json.dumps(one.sent),
                status=one.status,
                answer=one.body,
                headers=dict(one.headers),
            )
