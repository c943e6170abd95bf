"""The member names that the language gives a meaning, read without regard to case, as Azure reads them."""

from collections.abc import Mapping
from typing import Any

TEMPLATE = (
    "$schema",
    "contentVersion",
    "languageVersion",
    "apiProfile",
    "metadata",
    "definitions",
    "functions",
    "parameters",
    "variables",
    "resources",
    "outputs",
    "asserts",
    "imports",
    "extensions",
)
RESOURCE = (
    "type",
    "name",
    "apiVersion",
    "scope",
    "condition",
    "copy",
    "dependsOn",
    "comments",
    "existing",
    "resources",
    "properties",
    "import",
    "extension",
    "subscriptionId",
    "resourceGroup",
    "asserts",
    "location",
    "tags",
    "identity",
    "sku",
    "kind",
    "plan",
    "zones",
)
PARAMETER = (
    "type",
    "defaultValue",
    "allowedValues",
    "minValue",
    "maxValue",
    "minLength",
    "maxLength",
    "metadata",
    "nullable",
    "properties",
    "additionalProperties",
    "items",
    "prefixItems",
    "discriminator",
    "$ref",
)
OUTPUT = (*PARAMETER, "value", "copy", "condition")
LOOP = ("name", "count", "input", "mode", "batchSize")
NAMESPACE = ("namespace", "members")
FUNCTION = ("parameters", "output", "metadata")


def canonical(container: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The object with its known members spelled as the language spells them; the same object where they are already."""
    meanings = _MEANINGS[names]
    if all(meanings.get(key.lower(), key) == key for key in container):
        return container
    return {meanings.get(key.lower(), key): value for key, value in container.items()}


_MEANINGS: Mapping[tuple[str, ...], dict[str, str]] = {
    names: {name.lower(): name for name in names}
    for names in (TEMPLATE, RESOURCE, PARAMETER, OUTPUT, LOOP, NAMESPACE, FUNCTION)
}
