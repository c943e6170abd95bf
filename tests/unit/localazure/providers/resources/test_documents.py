"""Deployments as documents."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from localazure.providers.resources.deployments.documents import duration, failure, template_hash, type_name


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=0.000252), "PT0.0002520S"),
        (timedelta(seconds=3.4255112), "PT3.4255110S"),
        (timedelta(minutes=1, seconds=22), "PT1M22.0000000S"),
    ],
)
def test_durations_are_iso_8601(elapsed: timedelta, text: str) -> None:
    """Seven decimals, minutes apart."""
    assert duration(elapsed) == text


def test_equal_templates_have_equal_hashes() -> None:
    """The order of names does not count, values do."""
    assert template_hash({"a": 1, "b": 2}) == template_hash({"b": 2, "a": 1}) != template_hash({"a": 1, "b": 3})
    assert template_hash({}).isdecimal()


def test_a_failure_holds_the_answer_as_text() -> None:
    """Azure nests the provider's error as indented JSON with CRLF."""
    nested = failure(409, {"error": {"code": "X", "message": "y"}})
    assert nested["code"] == "Conflict"
    assert json.loads(nested["message"]) == {"error": {"code": "X", "message": "y"}}
    assert "\r\n  " in nested["message"]


@pytest.mark.parametrize(("given", "answered"), [("string", "String"), ("SECUREOBJECT", "SecureObject"), ("x", "x")])
def test_types_are_answered_in_pascal_case(given: str, answered: str) -> None:
    """`securestring` comes back as SecureString."""
    assert type_name(given) == answered
