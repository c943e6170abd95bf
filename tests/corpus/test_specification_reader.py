"""The check of answers against the published OpenAPI files finds what is wrong: it is not empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from openapi import Specification

_TEMPLATE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/t"


@pytest.fixture(scope="module")
def specification(corpus: Path) -> Specification:
    """The files of the corpus."""
    return Specification(corpus / "rest-specs")


def test_bodies_are_held_to_their_kind(specification: Specification) -> None:
    """Types, required fields, and what a discriminator chooses, at every depth."""
    operation = specification.find("GET", _TEMPLATE, "2025-10-01")
    assert operation is not None
    assert operation.api_version == "2024-02-01"
    properties = {
        "source": {"type": "PlatformImage", "publisher": 3},
        "customize": [{"type": "Shell", "inline": "not a list"}],
        "distribute": [{"type": "SharedImage", "runOutputName": "out"}],
    }
    found = " ".join(specification.faults(operation, 200, {"location": "westus", "properties": properties}, {}))

    assert "properties.source.publisher: type" in found
    assert "properties.customize.*.inline: type" in found
    assert "'galleryImageId' is a required property" in found
    assert "'identity' is a required property" in found


def test_statuses_headers_and_refusals_are_held(specification: Specification) -> None:
    """A status that is not published, an accepted call that says nothing of its end, a refusal without envelope."""
    operation = specification.find("DELETE", _TEMPLATE, "2024-02-01")
    assert operation is not None

    assert list(specification.faults(operation, 200, None, {})) == ["status 200"]
    assert list(specification.faults(operation, 202, None, {})) == ["202 without Location or Azure-AsyncOperation"]
    assert not list(specification.faults(operation, 202, None, {"Location": "https://here"}))
    assert list(specification.faults(operation, 404, {"code": "NotFound"}, {}))
    assert not list(specification.faults(operation, 404, {"error": {"code": "NotFound", "message": "No."}}, {}))
