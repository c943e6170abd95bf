"""Removing a template."""

import pytest

from fake_image_builder import TEMPLATES
from fake_wire import Answer, Wire, cloud_on
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.steps.remove_template import remove_template


@pytest.mark.parametrize(("status", "removed"), [(202, True), (404, True), (403, False), (409, False)])
def test_what_the_service_may_answer(wire: Wire, status: int, removed: bool) -> None:
    """A template that is gone counts as removed; a refusal is a note and no error."""
    wire.on("DELETE", f"{TEMPLATES}/t", Answer(status=status, body={"error": {"code": "X", "message": "no"}}))
    notes: list[str] = []

    assert remove_template(ImageTemplates(cloud_on(wire), "rg-images"), "t", note=notes.append) is removed
    assert bool(notes) is not removed
