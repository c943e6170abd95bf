"""Declarations of types, beyond the published ones."""

from typing import Any

import pytest

from armtemplate.json_types import Value
from armtemplate.type_definitions import is_nullable, is_secure, problems

_DEFINITIONS: dict[str, Any] = {
    "tree": {
        "type": "object",
        "properties": {"left": {"$ref": "#/definitions/tree", "nullable": True}, "name": {"type": "string"}},
    },
    "short": {"type": "string", "maxLength": 3},
    "secret": {"type": "secureString"},
}


@pytest.mark.parametrize(
    ("value", "declaration", "problem"),
    [
        ({"name": "a", "left": {"name": "b", "left": None}}, {"$ref": "#/definitions/tree"}, None),
        (
            {"name": "a", "left": {"name": 1}},
            {"$ref": "#/definitions/tree"},
            "left: name: expected a value of type 'String'",
        ),
        ("abcd", {"$ref": "#/definitions/short"}, "maximum length 3"),
        ("abcd", {"$ref": "#/definitions/short", "maxLength": 4}, None),
        (3.0, {"type": "int"}, None),
        (3.5, {"type": "int"}, "expected a value of type 'Integer'"),
        (True, {"type": "int"}, "expected a value of type 'Integer'"),
        ([1, "a"], {"type": "array", "items": {"type": "int"}}, "[1]: expected"),
        ([1, 2], {"type": "array", "items": True}, None),
        (
            {"t": "zz"},
            {"type": "object", "discriminator": {"propertyName": "t", "mapping": {"a": {"type": "object"}}}},
            "one of 'a'",
        ),
        ({"a": 1}, {"type": "object", "properties": {"a": 5}}, "declared by an object"),
        ("x", {"$ref": "#/definitions/nosuch"}, "no definition"),
        ("x", {"$ref": "http://elsewhere"}, "no definition"),
    ],
)
def test_a_value_is_checked_to_its_depths(value: Value, declaration: dict[str, Any], problem: str | None) -> None:
    """References are followed, a declaration's own constraints win, recursive types end with the value."""
    found = list(problems(value, declaration, _DEFINITIONS))
    assert bool(found) == (problem is not None)
    assert problem is None or problem in found[0]


def test_secrets_and_nullables_are_found_through_references() -> None:
    """The definition says what its name stands for."""
    assert is_secure({"$ref": "#/definitions/secret"}, _DEFINITIONS)
    assert is_nullable({"$ref": "#/definitions/short", "nullable": True}, _DEFINITIONS)
    assert not is_nullable({"$ref": "#/definitions/short"}, _DEFINITIONS)
