"""Stamping a template."""

from typing import Any

import pytest

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import HandClock, Wire, cloud_on
from imagegate.errors import InputError
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import HttpProbe, ImageTemplate, SmokeSpec, Stamp
from imagegate.steps.stamp_template import stamp_template, stamped_distributors
from imagegate.waiting import Deadline

STAMP = Stamp(repository="o/r", commit="c", ref="r", run="7", content_hash="h")
TARGETS: list[dict[str, Any]] = [
    {"type": "SharedImage", "runOutputName": "a", "artifactTags": {"os": "debian", "imagegate-run": "1"}},
    {"type": "VHD", "runOutputName": "b"},
]


def test_every_distributor_is_stamped() -> None:
    """Each distributor carries stamp and smoke part, its own tags stay, and an old stamp of ours goes."""
    stamped = stamped_distributors(TARGETS, Stamp(commit="c"), SmokeSpec())

    assert [set(target["artifactTags"]) for target in stamped] == [
        {"os", "imagegate-commit", "imagegate-smoke-0"},
        {"imagegate-commit", "imagegate-smoke-0"},
    ]
    assert TARGETS[0]["artifactTags"]["imagegate-run"] == "1"


def test_more_tags_than_azure_takes() -> None:
    """Tags of the user's that leave no room are a fault before anything is built."""
    many = [{"runOutputName": "a", "artifactTags": {f"t{n}": "x" for n in range(45)}}]

    with pytest.raises(InputError, match=r"distribute a: the versions would carry 51 tags; 45 is the most"):
        stamped_distributors(many, STAMP, SmokeSpec())


def _stamp(wire: Wire, clock: HandClock, service: ImageBuilder, stamp: Stamp, smoke: SmokeSpec) -> ImageTemplate | None:
    templates = ImageTemplates(cloud_on(wire), "rg-images")
    template = templates.find("t")
    assert template is not None
    body = {"tags": {"team": "web"}, "properties": {"distribute": TARGETS}}
    return stamp_template(
        templates, template, body, stamp=stamp, smoke=smoke, deadline=Deadline.after(60, clock), note=lambda _text: None
    )


@pytest.fixture
def service(wire: Wire, clock: HandClock) -> ImageBuilder:
    """Image builder with a template that ran for run 1."""
    builder = ImageBuilder(wire, clock)
    builder.templates["t"] = {
        "id": f"{TEMPLATES}/t",
        "tags": {"team": "web", "imagegate-run": "1"},
        "properties": {"provisioningState": "Succeeded", "distribute": TARGETS},
    }
    return builder


def test_only_what_differs_is_changed(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A template that carries stamp and smoke part already is left alone; another smoke part is a change."""
    smoke = SmokeSpec(probes=(HttpProbe(port=8080),))

    first = _stamp(wire, clock, service, STAMP, SmokeSpec())
    _stamp(wire, clock, service, STAMP, SmokeSpec())
    assert len(wire.calls("PATCH", ".*")) == 1
    _stamp(wire, clock, service, STAMP, smoke)

    assert first is not None
    assert first.stamp == STAMP
    assert len(wire.calls("PATCH", ".*")) == 2


def test_an_unknown_part_does_not_keep_an_old_one(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A build on a laptop has no run; the run of an earlier stamp goes, instead of being taken for its own."""
    stamped = _stamp(wire, clock, service, Stamp(commit="c"), SmokeSpec())

    assert stamped is not None
    assert stamped.stamp == Stamp(commit="c")
    assert stamped.tags["team"] == "web"
