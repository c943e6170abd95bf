"""Object functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-object."""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.unknown import NotKnownError, Unknown
from armtemplate.values import array_argument, member_name, object_argument, sorted_by_name, text_argument


def create_object(*parts: Value) -> dict[str, Any]:
    """An object of names and values by turns."""
    if len(parts) % 2:
        raise ExpressionError("takes names and values by turns, and the last name has no value")
    created: dict[str, Any] = {}
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        text = text_argument(name, "a property name")
        created[member_name(created, text) or text] = value
    return created


def items(value: Value) -> list[dict[str, Any]]:
    """The object's `{key, value}` pairs, sorted by key."""
    pairs = sorted_by_name(object_argument(value).items(), lambda pair: pair[0])
    return [{"key": key, "value": item} for key, item in pairs]


def object_keys(value: Value) -> list[str]:
    """The object's property names, sorted."""
    return sorted_by_name(object_argument(value), lambda key: key)


def shallow_merge(objects: Value) -> Value:
    """Objects laid over each other at the top level; the later value wins under the first spelling."""
    merged: dict[str, Any] = {}
    spellings: dict[str, str] = {}
    for entry in array_argument(objects):
        if isinstance(entry, Unknown):
            raise NotKnownError(entry)
        for name, value in object_argument(entry, "every item").items():
            merged[spellings.setdefault(name.lower(), name)] = value
    return merged


def null() -> None:
    """Null."""
