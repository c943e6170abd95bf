"""Which base a build starts from today."""

from typing import Any

import pytest

from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import InputError, LoginFailed
from imagegate.steps.resolve_base import resolve_base

DEFINITION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/base"
PLATFORM = {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}


def _resolve(wire: Wire, source: dict[str, Any], notes: list[str] | None = None) -> str:
    told = notes if notes is not None else []
    return resolve_base(cloud_on(wire), source, location="westeurope", template_file="t.json", note=told.append)


def test_latest_of_the_marketplace(wire: Wire) -> None:
    """`latest`, written or left out, means the highest version of the region."""
    wire.on("GET", ".*/locations/westeurope/publishers/Debian/.*", Answer(body=[{"name": "0.9"}, {"name": "0.10"}]))

    assert _resolve(wire, PLATFORM) == "0.10"
    assert _resolve(wire, {key: value for key, value in PLATFORM.items() if key != "version"}) == "0.10"


@pytest.mark.parametrize(
    ("source", "version"),
    [
        (PLATFORM | {"version": "0.5"}, "0.5"),
        (
            {"type": "SharedImageVersion", "imageVersionId": f"{DEFINITION}/versions/1.2.3"},
            f"{DEFINITION}/versions/1.2.3",
        ),
        ({"type": "ManagedImage", "imageId": "/an/image"}, "/an/image"),
    ],
)
def test_what_is_named_needs_no_question(wire: Wire, source: dict[str, Any], version: str) -> None:
    """A base that the template names exactly is taken at its word."""
    assert (_resolve(wire, source), wire.seen) == (version, [])


def test_latest_of_a_gallery(wire: Wire) -> None:
    """In a gallery, versions that are excluded from latest or not finished are passed over."""
    versions = [
        {"id": f"{DEFINITION}/versions/1.0.0", "properties": {"provisioningState": "Succeeded"}},
        {"id": f"{DEFINITION}/versions/2.0.0", "properties": {"provisioningState": "Creating"}},
        {
            "id": f"{DEFINITION}/versions/3.0.0",
            "properties": {"provisioningState": "Succeeded", "publishingProfile": {"excludeFromLatest": True}},
        },
    ]
    wire.on("GET", f"{DEFINITION}/versions", Answer(body={"value": versions}))

    source = {"type": "SharedImageVersion", "imageVersionId": f"{DEFINITION}/versions/latest"}

    assert _resolve(wire, source) == f"{DEFINITION}/versions/1.0.0"


@pytest.mark.parametrize(
    "answer",
    [Answer(status=404, body={"error": {"code": "NotFound", "message": "Artifact was not found."}}), Answer(body=[])],
    ids=["unknown", "no version"],
)
def test_a_base_that_does_not_exist(wire: Wire, answer: Answer) -> None:
    """A base that the region does not know is the template's fault."""
    wire.on("GET", ".*", answer)

    with pytest.raises(InputError, match=r"t\.json: the base image does not exist"):
        _resolve(wire, PLATFORM)


def test_without_the_right_to_list(wire: Wire) -> None:
    """A principal with rights on its group alone can still build; a note says what that costs."""
    wire.on("GET", ".*", Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}))
    notes: list[str] = []

    assert _resolve(wire, PLATFORM, notes) == "latest"
    assert "stays the same when only the base changes" in notes[0]


def test_a_login_that_is_refused(wire: Wire) -> None:
    """A credential that Azure refuses ends the look-up: no later request can succeed, and `latest` would be a guess."""
    wire.on("GET", ".*", Answer(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "no"}}))
    notes: list[str] = []

    with pytest.raises(LoginFailed):
        _resolve(wire, PLATFORM, notes)

    assert notes == []
