"""A recording that is handed back names nobody."""

from __future__ import annotations

import pytest

from acceptance.pseudonyms import Pseudonyms

_ID = "8f2c6c1e-5b0a-4d0e-9f3e-1c2d3e4f5a6b"
_ROLE = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"


def test_an_id_becomes_another_always_the_same() -> None:
    """Within one run the same id has the same pseudonym, in any spelling; in another run it has another."""
    names = Pseudonyms({}, frozenset({_ROLE}))
    hidden = names.hide(f"/subscriptions/{_ID}/x")

    assert _ID not in hidden
    assert names.hide(f"/subscriptions/{_ID.upper()}/x") == hidden
    assert Pseudonyms({}).hide(f"/subscriptions/{_ID}/x") != hidden
    assert names.hide(_ROLE) == _ROLE


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("by ada.lovelace@example.org", "by person@example.com"),
        ("from 203.0.113.7 and 10.0.0.4", "from 192.0.2.1 and 10.0.0.4"),
        ("version 0.20260101.1984", "version 0.20260101.1984"),
        ("in acme/images", "in owner/name"),
        ("https://x/op?api-version=1&t=638&s=AbCdEfGhIjKl", "https://x/op?api-version=1&t=638&s=***"),
    ],
)
def test_names_addresses_and_signatures_go(text: str, hidden: str) -> None:
    """What tells who somebody is goes, and what does not stays."""
    assert Pseudonyms({"acme/images": "owner/name"}).hide(text) == hidden


def test_a_line_of_a_recording_is_hidden_whole() -> None:
    """Path, query and body, its keys included."""
    line = {"path": f"/subscriptions/{_ID}", "query": {"s": "AbCdEfGhIj", "api-version": "1"}, "body": {_ID: [_ID]}}

    hidden = Pseudonyms({}).hide_in(line)

    assert _ID not in str(hidden)
    assert hidden["query"] == {"s": "***", "api-version": "1"}
