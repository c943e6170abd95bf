"""A gallery and a definition that are there stay as they are."""

from pathlib import Path
from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from image_settings import image_settings
from imagegate.settings import Settings
from imagegate.steps.keep_gallery import keep_gallery

GALLERY = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden"
DEFINITION = f"{GALLERY}/images/web"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that want a definition which supports Trusted Launch."""
    return image_settings(tmp_path, subscription_id=SUBSCRIPTION, security_type="TrustedLaunchSupported")


@pytest.mark.parametrize(
    ("features", "kept", "said"),
    [
        ([{"name": "SecurityType", "value": "Standard"}], "Standard", 1),
        ([], "Standard", 1),
        ([{"name": "SecurityType", "value": "TrustedLaunchSupported"}], "TrustedLaunchSupported", 0),
    ],
)
def test_what_is_there_is_given_to_the_deployment(
    wire: Wire, settings: Settings, features: list[dict[str, Any]], kept: str, said: int
) -> None:
    """Tags would be replaced, and another security type refused; a note says so where the settings name another."""
    body = {"id": DEFINITION, "tags": {"team": "web"}, "properties": {"features": features}}
    wire.on("GET", GALLERY, Answer(body={"id": GALLERY, "tags": {"team": "images"}}))
    wire.on("GET", DEFINITION, Answer(body=body))
    notes: list[str] = []

    assert keep_gallery(cloud_on(wire), settings, note=notes.append) == {
        "galleryTags": {"team": "images"},
        "definitionTags": {"team": "web"},
        "securityType": kept,
    }
    assert len(notes) == said
    assert len(wire.seen) == 2


def test_what_is_to_be_made(wire: Wire, settings: Settings) -> None:
    """A new gallery has no tags to keep, and a new definition is made as the settings say."""
    missing = Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
    wire.on("GET", GALLERY, missing)
    wire.on("GET", DEFINITION, missing)

    assert keep_gallery(cloud_on(wire), settings, note=print) == {"galleryTags": {}, "definitionTags": {}}
