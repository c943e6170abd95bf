"""The published JSON Schema of imagegate.yaml, and the part of it that travels with a version."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast


@cache
def schema() -> Mapping[str, Any]:
    """The schema of imagegate.yaml, as it is published with this package."""
    text = files("imagegate").joinpath("imagegate.schema.json").read_text(encoding="utf-8")
    return cast("Mapping[str, Any]", json.loads(text))


def is_image_name(text: str) -> bool:
    """Whether the schema takes the text as an image's `name`; a tag may hold anything."""
    return re.search(_name_pattern(), text) is not None and text.strip() == text


@cache
def _name_pattern() -> str:
    return str(schema()["properties"]["name"]["pattern"])


def smoke_fault(body: object) -> str | None:
    """The first fault of a smoke part as `SmokeSpec.to_mapping` writes it; None where it is as the schema wants it."""
    from jsonschema.exceptions import best_match

    error = best_match(_smoke_validator().iter_errors(body))
    return None if error is None else f"{error.json_path.removeprefix('$').lstrip('.') or 'smoke'}: {error.message}"


@cache
def _smoke_validator() -> Any:  # noqa: ANN401 - jsonschema has no public type for a validator
    from jsonschema import Draft202012Validator

    whole = schema()
    smoke = whole["properties"]["smoke"]
    keys = {**smoke["properties"], "promote": whole["properties"]["promote"]}
    return Draft202012Validator({**smoke, "properties": keys, "required": ["probes"], "$defs": whole["$defs"]})
