"""Bodies that no provider could read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.arm.errors import ArmError
from localazure.http.request_bodies import check_body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "InvalidRequestContent"),
        ("text", "InvalidRequestContent"),
        ({"properties": []}, "InvalidRequestContent"),
        ({"location": 7}, "InvalidRequestContent"),
        ({"tags": {"a": 1}}, "InvalidRequestContent"),
        ({"tags": {"a": "v" * 257}}, "TagValueTooLarge"),
        ({"tags": {"a" * 513: ""}}, "TagNameTooLarge"),
        ({"tags": {"a/b": ""}}, "InvalidTagNameCharacters"),
        ({"tags": {str(number): "" for number in range(51)}}, "TagsLimitExceeded"),
    ],
)
def test_what_cannot_be_read_is_refused(body: Any, code: str) -> None:  # noqa: ANN401 - any JSON
    """400 with the code for it."""
    with pytest.raises(ArmError) as refused:
        check_body(body)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize(
    "body", [None, {}, {"tags": {"a" * 512: "v" * 256}}, {"properties": None, "location": "x", "sku": {"name": "y"}}]
)
def test_what_can_be_read_passes(body: Any) -> None:  # noqa: ANN401 - any JSON
    """Limits are inclusive, and null is absent."""
    check_body(body)


@given(st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.lists(st.text())))
def test_any_object_passes_or_is_refused(body: dict[str, Any]) -> None:
    """Never another exception."""
    status = 400
    try:
        check_body(body)
    except ArmError as error:
        status = error.status
    assert status == 400
