"""A base and a definition that Image Builder does not support together."""

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.model import ResourceId
from imagegate.steps.compare_security_types import compare_security_types

DEFINITION = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/web")
BASE = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/base")
PLATFORM = {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
VERSION = ".*/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions/0.1"


def _features(security_type: str | None) -> Answer:
    features = [{"name": "SecurityType", "value": security_type}] if security_type else []
    return Answer(body={"id": DEFINITION.text, "properties": {"features": features}})


def _compare(wire: Wire, source: dict[str, str] = PLATFORM, version: str = "0.1") -> list[str]:
    notes: list[str] = []
    compare_security_types(
        cloud_on(wire), source, base_version=version, location="westeurope", definition_id=DEFINITION, note=notes.append
    )
    return notes


@pytest.mark.parametrize(
    ("base", "definition", "told"),
    [
        ("TrustedLaunchSupported", "TrustedLaunchSupported", False),
        ("TrustedLaunchSupported", "Standard", True),
        ("TrustedLaunchSupported", None, True),
        (None, "TrustedLaunchSupported", True),
        (None, "Standard", False),
        ("TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported", False),
    ],
)
def test_pair(wire: Wire, base: str | None, definition: str | None, told: bool) -> None:
    """A pair that is documented as unsupported is told, with both types and the rule; others are not."""
    wire.on("GET", VERSION, _features(base))
    wire.on("GET", DEFINITION.text, _features(definition))

    notes = _compare(wire)

    assert bool(notes) is told
    assert not told or "Image Builder supports a base that is TrustedLaunchSupported only with" in notes[0]


def test_gallery_base(wire: Wire) -> None:
    """A base of a gallery has the type of its own definition."""
    wire.on("GET", BASE.text, _features("TrustedLaunchSupported"))
    wire.on("GET", DEFINITION.text, _features("Standard"))
    version = BASE.child("versions", "1.0.0").text

    assert _compare(wire, {"type": "SharedImageVersion", "imageVersionId": version}, version)


@pytest.mark.parametrize("status", [403, 404])
def test_what_cannot_be_read_is_no_obstacle(wire: Wire, status: int) -> None:
    """A build goes on where base or definition may not be read, or the definition is not there yet."""
    code = "AuthorizationFailed" if status == 403 else "NotFound"
    wire.on("GET", ".*", Answer(status=status, body={"error": {"code": code, "message": "x"}}))

    assert _compare(wire) == []
    assert _compare(wire, version="latest") == []
