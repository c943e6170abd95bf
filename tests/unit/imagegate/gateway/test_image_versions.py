"""Changing a version, and the newest one of a definition."""

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import NotAuthorised, ServiceRefused
from imagegate.gateway.image_versions import VersionWish, advance_image_version, newest_version
from imagegate.model import ResourceId

DEFINITION = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b")


def newest(*names: str) -> str | None:
    """Of versions with these names."""
    wire = Wire()
    value = [{"id": f"{DEFINITION}/versions/{name}"} for name in names]
    wire.on("GET", f"{DEFINITION}/versions", Answer(body={"value": value}))
    found = newest_version(cloud_on(wire), DEFINITION)
    return found.name if found else None


def test_by_number() -> None:
    """Versions compare as numbers, not as text, and what is none comes last."""
    assert newest("1.2.3", "1.10.0", "1.9.9", "odd") == "1.10.0"


def test_none() -> None:
    """A definition without versions has no newest."""
    assert newest() is None


VERSION = DEFINITION.child("versions", "1.0.0")
STAGING = "/subscriptions/s/resourceGroups/IT_x/providers/Microsoft.Storage/storageAccounts/a"


_SUCCEEDED = {"provisioningState": "Succeeded"}


def _hidden(wire: Wire) -> None:
    profile = {"excludeFromLatest": True, "targetRegions": [{"name": "West Europe", "excludeFromLatest": True}]}
    storage = {"osDiskImage": {"source": {"id": STAGING, "uri": "https://a.blob.core.windows.net/vhds/x.vhd"}}}
    properties = {"provisioningState": "Succeeded", "publishingProfile": profile, "storageProfile": storage}
    wire.on("GET", VERSION.text, Answer(body={"id": VERSION.text, "properties": properties}))


def _refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status=status, body={"error": {"code": code, "message": message}})


def test_promotion_names_no_source(wire: Wire) -> None:
    """A promotion sends the publishing profile alone: the source lies where nobody has rights."""
    _hidden(wire)
    wire.on("PATCH", VERSION.text, Answer(body={}))

    advance_image_version(cloud_on(wire), VERSION, VersionWish(excluded=False))

    (sent,) = wire.calls("PATCH", VERSION.text)
    assert list(sent.json["properties"]) == ["publishingProfile"]
    assert sent.json["properties"]["publishingProfile"]["excludeFromLatest"] is False


def test_service_that_asks_for_the_storage(wire: Wire) -> None:
    """Where the service wants the storage it is sent, and a right that is missing then names action and scope."""
    _hidden(wire)
    missing = _refusal(400, "InvalidParameter", "Required parameter 'storageProfile' is missing (null).")
    linked = _refusal(
        403,
        "LinkedAuthorizationFailed",
        "The client 'x' has permission to perform action 'Microsoft.Compute/galleries/images/versions/write' on scope "
        f"'{VERSION}'; however, it does not have permission to perform action(s) "
        f"'Microsoft.Storage/storageAccounts/listKeys/action' on the linked scope(s) '{STAGING}' (respectively).",
    )
    wire.on("PATCH", VERSION.text, missing, linked)

    with pytest.raises(NotAuthorised) as caught:
        advance_image_version(cloud_on(wire), VERSION, VersionWish(excluded=False))

    assert (caught.value.action, caught.value.scope) == ("Microsoft.Storage/storageAccounts/listKeys/action", STAGING)
    assert "osDiskImage" in wire.calls("PATCH", VERSION.text)[1].json["properties"]["storageProfile"]


def test_refused_tags(wire: Wire) -> None:
    """A change of tags alone that the service refuses is not sent again with more in it."""
    _hidden(wire)
    wire.on("PATCH", VERSION.text, _refusal(400, "InvalidTag", "x"))

    with pytest.raises(ServiceRefused):
        advance_image_version(cloud_on(wire), VERSION, VersionWish(tags={"a": "b"}))

    assert len(wire.calls("PATCH", VERSION.text)) == 1


def test_tag_that_is_taken_away(wire: Wire) -> None:
    """A tag that shall not be there goes, in any spelling; without it nothing is sent."""
    tags = {"Imagegate-Hidden": "x", "team": "web"}
    wire.on("GET", VERSION.text, Answer(body={"id": VERSION.text, "tags": tags, "properties": _SUCCEEDED}))
    wire.on("PATCH", VERSION.text, Answer(body={}))

    advance_image_version(cloud_on(wire), VERSION, VersionWish(tags={"imagegate-hidden": None}))
    answer = advance_image_version(cloud_on(wire), VERSION, VersionWish(tags={"imagegate-promote": None}))

    (sent,) = wire.calls("PATCH", VERSION.text)
    assert sent.json == {"tags": {"team": "web"}}
    assert answer["done"]
