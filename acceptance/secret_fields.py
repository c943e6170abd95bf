"""Takes out of JSON what a name beside it says to be secret; what is secret by its own shape is another's business."""

from __future__ import annotations

import re
from functools import cache

from imagegate.model.redaction import MARK, redact

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ANY_VALUE = "abcdefgh1234"


def without_secrets(value: object, *, secret: bool = False) -> object:
    """The value with every text replaced that stands under a secret's name, directly or as its `value`.

    Also `{"name": NAME, "value": TEXT}`, the form of application settings.
    """
    if isinstance(value, dict):
        named = secret or is_secret_name(str(value.get("name", "")))
        return {
            key: without_secrets(inner, secret=is_secret_name(str(key)) or (named and key == "value"))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(inner, secret=secret) for inner in value]
    return MARK if secret and isinstance(value, str) and value else value


@cache
def is_secret_name(name: str) -> bool:
    """Whether the product's own redaction takes what is called so for a secret."""
    return bool(name) and MARK in redact(f'"{_HUMP.sub("_", name)}": "{_ANY_VALUE}"')
