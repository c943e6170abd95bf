"""What a run put out."""

from typing import Any

import pytest

from fake_image_builder import DEFINITION, TEMPLATES
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.errors import ImageVersionUnusable
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.steps.read_run_outputs import image_version_of, read_run_outputs


def _read(wire: Wire, distribute: list[dict[str, Any]], outputs: dict[str, dict[str, str]]) -> dict[str, str]:
    values = [{"name": name, "properties": properties} for name, properties in outputs.items()]
    wire.on("GET", f"{TEMPLATES}/t/runOutputs", Answer(body={"value": values}))
    return read_run_outputs(ImageTemplates(cloud_on(wire), "rg-images"), "t", distribute)


def test_every_kind_of_artifact(wire: Wire) -> None:
    """Versions, managed images and VHDs come by their output's name; other outputs are left out."""
    distribute = [
        {"runOutputName": "version", "galleryImageId": DEFINITION.upper()},
        {"runOutputName": "image"},
        {"runOutputName": "vhd"},
    ]

    artifacts = _read(
        wire,
        distribute,
        {
            "vhd": {"artifactUri": "https://x/y.vhd"},
            "version": {"artifactId": f"{DEFINITION}/versions/1.0.0"},
            "image": {"artifactId": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/images/i"},
            "stale": {"artifactId": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/images/old"},
        },
    )

    assert set(artifacts) == {"version", "image", "vhd"}
    assert image_version_of(artifacts) == f"{DEFINITION}/versions/1.0.0"
    assert image_version_of({"vhd": "https://x/y.vhd"}) is None


def test_a_version_that_was_promised_by_number(wire: Wire) -> None:
    """A template that names the version gets exactly that one."""
    distribute = [{"runOutputName": "version", "galleryImageId": f"{DEFINITION}/versions/1.0.0"}]

    assert _read(wire, distribute, {"version": {"artifactId": f"{DEFINITION}/versions/1.0.0"}})
    with pytest.raises(ImageVersionUnusable, match=r"expected a version of .*/versions/1\.0\.0"):
        _read(wire, distribute, {"version": {"artifactId": f"{DEFINITION}/versions/2.0.0"}})


def test_an_output_without_an_artifact(wire: Wire) -> None:
    """An output that is still empty is no output."""
    with pytest.raises(ImageVersionUnusable, match="there is no output; found version"):
        _read(wire, [{"runOutputName": "version"}], {"version": {}})


def test_a_list_that_lags_behind_is_read_again(wire: Wire) -> None:
    """An empty list right after the run is not the last word; a minute later it is."""
    good = {"name": "image", "properties": {"artifactUri": "https://x/y.vhd"}}
    path, clock = f"{TEMPLATES}/t/runOutputs", HandClock()
    wire.on("GET", path, Answer(body={"value": []}), Answer(body={"value": [good]}))
    templates = ImageTemplates(cloud_on(wire), "rg-images")

    artifacts = read_run_outputs(templates, "t", [{"runOutputName": "image"}], clock=clock)

    assert artifacts == {"image": "https://x/y.vhd"}
    wire.on("GET", path, Answer(body={"value": []}))
    with pytest.raises(ImageVersionUnusable, match="there is no output; found none"):
        read_run_outputs(templates, "t", [{"runOutputName": "image"}], clock=clock)
