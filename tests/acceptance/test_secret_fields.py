"""A text under a secret's name is not written down."""

from __future__ import annotations

import pytest

from acceptance.secret_fields import without_secrets


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"password": "a"}, {"password": "***"}),
        ({"githubToken": {"value": "a", "type": "string"}}, {"githubToken": {"value": "***", "type": "string"}}),
        ([{"name": "GITHUB_TOKEN", "value": "a"}], [{"name": "GITHUB_TOKEN", "value": "***"}]),
        ({"name": "web", "value": "a"}, {"name": "web", "value": "a"}),
        ({"password": None, "keyName": "key1"}, {"password": None, "keyName": "key1"}),
    ],
)
def test_a_secret_is_known_by_its_name(before: object, after: object) -> None:
    """By its key, by the key above its `value`, by the `name` beside its `value`; anything else stays."""
    assert without_secrets(before) == after
