"""What an image was made with, kept beside it so that a template can start from it.

The engine builds on bases. A build that starts from an image version or managed image repeats that image's steps in
front of its own; they are cached layers, so nothing is run twice. Azure would start from the generalized disk instead.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.engine_port import Base, BuildRequest, Customization


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A base's marketplace id and exact version, and the steps on it."""

    base: dict[str, str]
    steps: tuple[Customization, ...] = ()


def of_request(request: BuildRequest) -> dict[str, Any]:
    """The recipe of what a request builds, as JSON."""
    return {"base": of_base(request.base), "steps": [_document(step) for step in request.customize]}


def of_base(base: Base) -> dict[str, str]:
    """A base's marketplace id with its exact version."""
    return {"publisher": base.publisher, "offer": base.offer, "sku": base.sku, "version": base.version}


def parsed(document: Mapping[str, Any]) -> Recipe:
    """A recipe that was kept."""
    return Recipe(base=dict(document["base"]), steps=tuple(_step(step) for step in document["steps"]))


def _document(step: Customization) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "name": step.name,
        "inline": list(step.inline) if step.inline is not None else None,
        "content": base64.b64encode(step.content).decode() if step.content is not None else None,
        "sha256": step.sha256,
        "destination": step.destination,
        "source_uri": step.source_uri,
    }


def _step(document: Mapping[str, Any]) -> Customization:
    inline, content = document["inline"], document["content"]
    return Customization(
        kind=str(document["kind"]),
        name=str(document["name"]),
        inline=tuple(inline) if inline is not None else None,
        content=base64.b64decode(content) if content is not None else None,
        sha256=document["sha256"],
        destination=document["destination"],
        source_uri=str(document["source_uri"]),
    )
