"""Checks values against declarations of parameters, definitions and outputs.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/definitions and data-types.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from armtemplate.json_types import Value
from armtemplate.unknown import Unknown
from armtemplate.values import equal, is_number, kind_of

type Definitions = Mapping[str, Any]

_KINDS = {
    "string": "String",
    "securestring": "String",
    "int": "Integer",
    "bool": "Boolean",
    "object": "Object",
    "secureobject": "Object",
    "array": "Array",
}
_REFERENCE = "#/definitions/"
_REFERENCE_LIMIT = 64


def problems(value: Value, declaration: Mapping[str, Any], definitions: Definitions) -> Iterator[str]:
    """What is wrong with a value; nothing when it fits. What is not known is taken to fit."""
    yield from _problems(value, declaration, definitions, "")


def known_type(name: Value) -> bool:
    """Whether a type name is one of the language's, in any case."""
    return isinstance(name, str) and name.lower() in _KINDS


def is_secure(declaration: Mapping[str, Any], definitions: Definitions) -> bool:
    """Whether the declared value is a secret."""
    resolved = _resolved(declaration, definitions)
    return isinstance(resolved, Mapping) and str(resolved.get("type", "")).lower() in ("securestring", "secureobject")


def is_nullable(declaration: Mapping[str, Any], definitions: Definitions) -> bool:
    """Whether the declared value may be null or absent."""
    resolved = _resolved(declaration, definitions)
    return isinstance(resolved, Mapping) and resolved.get("nullable") is True


def reference_problem(declaration: Mapping[str, Any], definitions: Definitions) -> str | None:
    """What is wrong with a declaration's `$ref` chain, if anything."""
    resolved = _resolved(declaration, definitions)
    return resolved if isinstance(resolved, str) else None


def _resolved(declaration: Mapping[str, Any], definitions: Definitions) -> Mapping[str, Any] | str:
    """The declaration with its reference followed, its own constraints over the definition's. Text is a fault."""
    if not isinstance(declaration, Mapping):
        return "a type is declared by an object"
    merged: dict[str, Any] = dict(declaration)
    for _ in range(_REFERENCE_LIMIT):
        reference = merged.pop("$ref", None)
        if reference is None:
            return merged
        name = str(reference).removeprefix(_REFERENCE)
        target = definitions.get(name)
        if not str(reference).startswith(_REFERENCE) or not isinstance(target, Mapping):
            return f"there is no definition '{reference}'"
        merged = {**target, **merged}
    return "the definitions refer to each other in a circle"


def _problems(value: Value, declaration: Mapping[str, Any], definitions: Definitions, where: str) -> Iterator[str]:
    if isinstance(value, Unknown):
        return
    resolved = _resolved(declaration, definitions)
    if isinstance(resolved, str):
        yield resolved
        return
    if value is None and resolved.get("nullable") is True:
        return
    declared = str(resolved.get("type", "")).lower()
    expected = _KINDS.get(declared)
    if expected is not None and not _is_kind(value, expected):
        yield f"{where}expected a value of type '{expected}', and found one of type '{kind_of(value)}'"
        return
    yield from _allowed(value, resolved, where)
    yield from _bounds(value, resolved, where)
    if isinstance(value, dict):
        yield from _object_problems(value, resolved, definitions, where)
    elif isinstance(value, list):
        yield from _array_problems(value, resolved, definitions, where)


def _is_kind(value: Value, expected: str) -> bool:
    if expected == "Integer":
        return (
            is_number(value) and float(value).is_integer() if isinstance(value, float) else kind_of(value) == expected
        )
    return kind_of(value) == expected


def _allowed(value: Value, declaration: Mapping[str, Any], where: str) -> Iterator[str]:
    allowed = declaration.get("allowedValues")
    if not isinstance(allowed, list) or any(equal(value, item) for item in allowed):
        return
    if isinstance(value, list):  # an array fits, too, when each of its items is an allowed value
        strangers = [
            item
            for item in value
            if not isinstance(item, Unknown) and not any(equal(item, choice) for choice in allowed)
        ]
        if not strangers:
            return
        value = strangers[0]
    choices = ", ".join(_shown(item) for item in allowed[:20])
    yield f"{where}the value {_shown(value)} is not part of the allowed values {choices}"


def _shown(value: Value) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _bounds(value: Value, declaration: Mapping[str, Any], where: str) -> Iterator[str]:
    if is_number(value):
        low, high = declaration.get("minValue"), declaration.get("maxValue")
        if isinstance(low, int | float) and value < low:
            yield f"{where}the value {value} is less than the minimum {low}"
        if isinstance(high, int | float) and value > high:
            yield f"{where}the value {value} is greater than the maximum {high}"
    if isinstance(value, (str, list)):
        shortest, longest = declaration.get("minLength"), declaration.get("maxLength")
        if isinstance(shortest, int | float) and len(value) < shortest:
            yield f"{where}the length {len(value)} is less than the minimum length {shortest}"
        if isinstance(longest, int | float) and len(value) > longest:
            yield f"{where}the length {len(value)} is greater than the maximum length {longest}"


def _object_problems(
    value: dict[str, Any], declaration: Mapping[str, Any], definitions: Definitions, where: str
) -> Iterator[str]:
    chosen = dict(declaration)
    discriminator = declaration.get("discriminator")
    handled: set[str] = set()
    if isinstance(discriminator, Mapping):
        name = str(discriminator.get("propertyName"))
        variant = _variant(value, name, discriminator)
        if isinstance(variant, str):
            yield f"{where}{variant}"
            return
        branch = _resolved(variant, definitions)
        if isinstance(branch, str):
            yield f"{where}{branch}"
            return
        chosen = {
            **declaration,
            **branch,
            "properties": {**declaration.get("properties", {}), **branch.get("properties", {})},
        }
        handled.add(name)
    yield from _member_problems(value, chosen, definitions, where, handled)


def _variant(value: dict[str, Any], name: str, discriminator: Mapping[str, Any]) -> Mapping[str, Any] | str:
    mapping = discriminator.get("mapping")
    tag = value.get(name)
    if not isinstance(mapping, Mapping) or not isinstance(tag, str) or not isinstance(mapping.get(tag), Mapping):
        choices = ", ".join(f"'{choice}'" for choice in mapping) if isinstance(mapping, Mapping) else "none"
        return f"the property '{name}' must be one of {choices}"
    found: Mapping[str, Any] = mapping[tag]
    return found


def _member_problems(
    value: dict[str, Any], declaration: Mapping[str, Any], definitions: Definitions, where: str, handled: set[str]
) -> Iterator[str]:
    properties = declaration.get("properties")
    additional = declaration.get("additionalProperties")
    declared = properties if isinstance(properties, Mapping) else {}
    for name, schema in declared.items():
        if name in value:
            yield from _problems(value[name], schema, definitions, f"{where}{name}: ")
        elif not is_nullable(schema, definitions):
            yield f"{where}the property '{name}' is missing"
    for name, item in value.items():
        if name in declared or name in handled:
            continue
        if additional is False:
            yield f"{where}the property '{name}' is not declared"
        elif isinstance(additional, Mapping):
            yield from _problems(item, additional, definitions, f"{where}{name}: ")


def _array_problems(
    value: list[Any], declaration: Mapping[str, Any], definitions: Definitions, where: str
) -> Iterator[str]:
    prefix = declaration.get("prefixItems")
    leading = prefix if isinstance(prefix, list) else []
    if len(value) < len(leading):
        yield f"{where}the array must have at least {len(leading)} items, and has {len(value)}"
    for place, (item, schema) in enumerate(zip(value, leading, strict=False)):
        yield from _problems(item, schema, definitions, f"{where}[{place}]: ")
    items = declaration.get("items")
    for place, item in enumerate(value[len(leading) :], start=len(leading)):
        if items is False:
            yield f"{where}the array must have no more than {len(leading)} items, and has {len(value)}"
            return
        if isinstance(items, Mapping):
            yield from _problems(item, items, definitions, f"{where}[{place}]: ")
