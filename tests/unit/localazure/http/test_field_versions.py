"""Answers show the fields that the asked version knows."""

from __future__ import annotations

from typing import Any

from localazure.http.field_versions import of_version

_INTERFACE: dict[str, Any] = {
    "type": "Microsoft.Network/networkInterfaces",
    "kind": "Regular",
    "properties": {"nicType": "Standard", "allowPort25Out": True},
}


def test_old_versions_are_not_told_of_newer_fields() -> None:
    """A version sees what it knows, in a list too, and the stored document stays whole."""
    old = of_version({"value": [_INTERFACE]}, "2020-04-01")

    assert old["value"] == [{"type": _INTERFACE["type"], "properties": {"nicType": "Standard"}}]
    assert _INTERFACE["kind"] == "Regular"


def test_new_versions_see_all() -> None:
    """A version that knows every field gets the document itself."""
    assert of_version(_INTERFACE, "2024-05-01") == _INTERFACE


def test_withdrawn_fields_are_gone() -> None:
    """What a service stopped to answer is shown to old versions only; a preview's suffix does not count."""
    network = {"type": "Microsoft.Network/virtualNetworks", "properties": {"enableVmProtection": False}}

    assert of_version(network, "2020-04-01-preview") == network
    assert of_version(network, "2022-01-01")["properties"] == {}
