"""Galleries and image definitions: recorded answers, defaults by API version, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import DEFINITION, GALLERY, definition_body, make_definition, make_version


def test_gallery_is_created_as_recorded(bench: Bench) -> None:
    """PUT answers 201, Creating and a caps operation; a second one 200; PATCH changes the description."""
    response = bench("PUT", GALLERY, {"location": "westeurope", "tags": {}}, api_version="2021-10-01")
    assert response.status == 201
    assert response.body["properties"]["provisioningState"] == "Creating"
    assert response.body["properties"]["identifier"]["uniqueName"].endswith("-GOLDEN")
    assert (
        "/providers/Microsoft.Compute/locations/westeurope/capsOperations/" in response.headers["Azure-AsyncOperation"]
    )
    assert "Location" not in response.headers
    bench.cloud.complete(response)
    assert bench.body(GALLERY)["properties"]["provisioningState"] == "Succeeded"
    assert bench("PUT", GALLERY, {"location": "westeurope"}).status == 200
    bench.settled("PATCH", GALLERY, {"properties": {"description": "golden"}})
    assert bench.body(GALLERY)["properties"]["description"] == "golden"


def test_status_url_as_recorded(bench: Bench) -> None:
    """The status document names start, end, status and itself; with monitor=true it answers 200 at the end."""
    make_definition(bench)
    response = bench("DELETE", DEFINITION)
    assert response.status == 202
    assert response.headers["Location"].split("?")[1].startswith("monitor=true&api-version=")
    bench.cloud.complete(response)
    path = response.headers["Azure-AsyncOperation"].removeprefix("https://localhost:1").split("?")[0]
    assert set(bench.body(path)) == {"startTime", "endTime", "status", "name"}
    assert bench("GET", path, monitor="true").status == 200


def test_lists(bench: Bench) -> None:
    """Galleries are listed by group and subscription, definitions by gallery."""
    make_definition(bench)
    for scope in (RG, SUBSCRIPTION):
        found = bench.body(f"{scope}/providers/Microsoft.Compute/galleries")["value"]
        assert [gallery["name"] for gallery in found] == ["golden"]
    assert [image["name"] for image in bench.body(f"{GALLERY}/images")["value"]] == ["apache"]


@pytest.mark.parametrize("path", [GALLERY, DEFINITION])
def test_what_holds_something_cannot_be_deleted(bench: Bench, path: str) -> None:
    """A gallery with definitions and a definition with versions are kept."""
    make_version(bench)
    error = bench.error("DELETE", path)
    assert (error["status"], error["code"]) == (409, "CannotDeleteResource")
    assert error["message"] == "Can not delete resource before nested resources are deleted."


def test_deletion_from_the_inside_out(bench: Bench) -> None:
    """Version, definition and gallery go in that order; what is gone already answers 204."""
    version = make_version(bench)
    for path in (version, DEFINITION, GALLERY):
        assert bench.settled("DELETE", path)["status"] == "Succeeded"
        assert bench("GET", path).status == 404
        assert bench("DELETE", path).status == 204


@pytest.mark.parametrize(
    ("api_version", "given", "generation", "security"),
    [
        ("2021-10-01", {}, "V1", None),
        ("2024-03-03", {}, "V1", None),
        ("2025-03-03", {}, "V2", "TrustedLaunchSupported"),
        ("2025-03-03", {"features": [{"name": "SecurityType", "value": "Standard"}]}, "V2", "Standard"),
        ("2025-03-03", {"hyperVGeneration": "V1"}, "V1", None),
    ],
)
def test_defaults_by_version(
    bench: Bench, api_version: str, given: dict[str, Any], generation: str, security: str | None
) -> None:
    """Since 2025-03-03 a definition is second generation and Trusted Launch capable unless it says other."""
    bench.settled("PUT", GALLERY, {"location": "westeurope"})
    body = definition_body(**given)
    if "hyperVGeneration" not in given:
        del body["properties"]["hyperVGeneration"]
    bench.settled("PUT", DEFINITION, body, api_version=api_version)
    properties = bench.body(DEFINITION)["properties"]
    features = {feature["name"]: feature["value"] for feature in properties.get("features", [])}
    assert properties["hyperVGeneration"] == generation
    assert properties["architecture"] == "x64"
    assert features.get("SecurityType") == security


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"osType": None}, "'galleryImage.properties.osType' is missing"),
        ({"identifier": {"publisher": "p"}}, "'galleryImage.properties.identifier.offer' is missing"),
        ({"osState": "Half"}, "'Half' of parameter 'osState' is not allowed"),
        ({"features": [{"name": "SecurityType", "value": "Best"}]}, "'Best' of feature 'SecurityType'"),
        (
            {"hyperVGeneration": "V1", "features": [{"name": "SecurityType", "value": "TrustedLaunch"}]},
            "only supported with hyperVGeneration 'V2'",
        ),
    ],
)
def test_bad_definitions(bench: Bench, changes: dict[str, Any], said: str) -> None:
    """A definition that no machine could be made from is refused with the parameter's name."""
    bench.settled("PUT", GALLERY, {"location": "westeurope"})
    error = bench.error("PUT", DEFINITION, definition_body(**changes))
    assert (error["status"], error["code"]) == (400, "InvalidParameter")
    assert said in error["message"]


def test_identifiers_are_unique_in_a_gallery(bench: Bench) -> None:
    """Publisher, offer and sku may be used once in a gallery."""
    make_definition(bench)
    assert bench.error("PUT", f"{GALLERY}/images/other", definition_body())["code"] == "Conflict"


def test_what_a_definition_is_cannot_change(bench: Bench) -> None:
    """Operating system, generation, identifier and features stay; the description may change."""
    make_definition(bench)
    error = bench.error("PUT", DEFINITION, definition_body(osState="Specialized"))
    assert (error["status"], error["code"]) == (409, "PropertyChangeNotAllowed")
    assert error["target"] == "galleryImage.properties.osState"
    assert bench("PUT", DEFINITION, definition_body(description="new")).status == 200


def test_parents_have_to_exist(bench: Bench) -> None:
    """A definition needs its gallery, a version its definition."""
    message = "Can not perform requested operation on nested resource. Parent resource 'golden' not found."
    error = bench.error("PUT", DEFINITION, definition_body())
    assert (error["status"], error["code"], error["message"]) == (404, "ParentResourceNotFound", message)
