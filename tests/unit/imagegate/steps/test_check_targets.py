"""Gallery targets of a template, held against imagegate.yaml."""

from pathlib import Path
from typing import Any

import pytest

from image_settings import image_settings
from imagegate.errors import InputFault
from imagegate.model.template_source import BodyPath
from imagegate.steps.check_targets import check_targets

DEFINITION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/web"


def _faults(distribute: Any) -> list[BodyPath]:  # noqa: ANN401 - anything that a template may hold
    found: list[BodyPath] = []

    def place(path: BodyPath, message: str, hint: str) -> InputFault:
        found.append(path)
        return InputFault(message=message, hint=hint)

    azure = image_settings(Path(), subscription_id="s").azure
    assert len(check_targets({"properties": {"distribute": distribute}}, azure, place)) == len(found)
    return found


@pytest.mark.parametrize(
    ("definition", "path"),
    [
        (DEFINITION, None),
        (DEFINITION.upper(), None),
        (f"{DEFINITION}/versions/1.0.0", None),
        (f"{DEFINITION}x", ("properties", "distribute", 0, "galleryImageId")),
        (DEFINITION.replace("/rg/", "/rg-hub/"), ("properties", "distribute", 0, "galleryImageId")),
        (DEFINITION.replace("/s/", "/other/"), ("properties", "distribute", 0, "galleryImageId")),
        ("", ("properties", "distribute", 0, "galleryImageId")),
    ],
)
def test_a_target(definition: str, path: BodyPath | None) -> None:
    """The configured definition passes in any spelling; another name, group or subscription is a fault."""
    assert _faults([{"type": "SharedImage", "galleryImageId": definition}]) == ([path] if path else [])


@pytest.mark.parametrize("distribute", [None, {}, [None], [{"type": "VHD"}], [{"galleryImageId": 7}]])
def test_what_is_no_gallery_target(distribute: object) -> None:
    """A managed image or a VHD has no definition; what has the wrong shape is told elsewhere."""
    assert _faults(distribute) == []
