"""A definition that is there keeps its security type."""

from pathlib import Path
from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from image_settings import image_settings
from imagegate.steps.keep_security_type import keep_security_type

DEFINITION = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/web"


@pytest.mark.parametrize(
    ("features", "kept", "said"),
    [
        ([{"name": "SecurityType", "value": "Standard"}], "Standard", 1),
        ([], "Standard", 1),
        ([{"name": "SecurityType", "value": "TrustedLaunchSupported"}], "TrustedLaunchSupported", 0),
    ],
)
def test_a_definition_that_is_there(
    wire: Wire, tmp_path: Path, features: list[dict[str, Any]], kept: str, said: int
) -> None:
    """The type is sent as it is, since the gallery refuses a change; a note says so where the settings differ."""
    wire.on("GET", DEFINITION, Answer(body={"id": DEFINITION, "properties": {"features": features}}))
    notes: list[str] = []
    settings = image_settings(tmp_path, subscription_id=SUBSCRIPTION, security_type="TrustedLaunchSupported")

    assert keep_security_type(cloud_on(wire), settings, note=notes.append) == {"securityType": kept}
    assert len(notes) == said


def test_a_definition_to_be_made(wire: Wire, tmp_path: Path) -> None:
    """A new definition is made as the settings say."""
    missing = {"error": {"code": "ResourceNotFound", "message": "gone"}}
    wire.on("GET", DEFINITION, Answer(status=404, body=missing))

    settings = image_settings(tmp_path, subscription_id=SUBSCRIPTION, security_type="TrustedLaunchSupported")

    assert keep_security_type(cloud_on(wire), settings, note=print) == {}
