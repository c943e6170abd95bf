"""From a template's document to what the engine is asked: steps in order, scripts as they were at submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.cloud import Cloud
from localazure.engine_port import BuildRequest, Customization
from localazure.providers.imagebuilder import scripts, sources, staging
from localazure.store import Document

_BYTES_IN_GIB = 1024**3


def build_request(cloud: Cloud, template: Document, *, operation_id: str) -> BuildRequest:
    """The engine's request for a run of this template."""
    properties = template.body["properties"]
    validate = properties.get("validate") or {}
    size_gib = int((properties.get("vmProfile") or {}).get("osDiskSizeGB") or 0)
    recipe = sources.recipe_of(cloud, properties["source"])
    own = () if validate.get("sourceValidationOnly") else _steps(cloud, template, "customize")
    return BuildRequest(
        operation_id=operation_id,
        base=sources.base_of(cloud, recipe),
        customize=(*recipe.steps, *own),
        validate=_steps(cloud, template, "validate"),
        os_disk_size_bytes=size_gib * _BYTES_IN_GIB if size_gib else None,
        tags={"template": template.id.text},
    )


def _steps(cloud: Cloud, template: Document, kind: str) -> tuple[Customization, ...]:
    properties = template.body["properties"]
    found = (
        properties.get("customize")
        if kind == "customize"
        else (properties.get("validate") or {}).get("inVMValidations")
    )
    return tuple(_step(cloud, template, f"{kind}/{index}", step) for index, step in enumerate(found or ()))


def _step(cloud: Cloud, template: Document, key: str, step: Mapping[str, Any]) -> Customization:
    kept = (template.internal.get("scripts") or {}).get(key)
    content = scripts.kept_content(cloud, staging.of(template), kept) if kept else None
    return Customization(
        kind=str(step["type"]),
        name=str(step.get("name") or ""),
        inline=tuple(step["inline"]) if step.get("inline") else None,
        content=content,
        sha256=step.get("sha256Checksum") or None,
        destination=step.get("destination"),
        source_uri=str(step.get("scriptUri") or step.get("sourceUri") or ""),
    )
