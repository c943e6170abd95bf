"""The template of a failed build goes an hour later."""

from datetime import UTC, datetime, timedelta

from fake_image_builder import TEMPLATES
from fake_wire import Answer, Wire, cloud_on
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import parse_time
from imagegate.steps.expire_template import expire_template

TEMPLATE = f"{TEMPLATES}/t"
TAGS = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2999-01-01T00:00:00Z", "policy": "p"}


def _expire(wire: Wire) -> list[str]:
    notes: list[str] = []
    expire_template(ImageTemplates(cloud_on(wire), "rg-images"), "t", note=notes.append)
    return notes


def test_its_tags_stay_but_for_the_expiry(wire: Wire) -> None:
    """What a policy added stays, and the note says until when the log lies there."""
    wire.on("GET", TEMPLATE, Answer(body={"id": TEMPLATE, "tags": TAGS}))
    wire.on("PATCH", TEMPLATE, Answer(status=202))

    (note,) = _expire(wire)

    sent = wire.calls("PATCH", TEMPLATE)[0].json
    moment = parse_time(sent["tags"]["imagegate-expires-at"])
    assert moment is not None
    assert timedelta(minutes=59) < moment - datetime.now(UTC) <= timedelta(hours=1)
    assert sent == {"tags": TAGS | {"imagegate-expires-at": sent["tags"]["imagegate-expires-at"]}}
    assert sent["tags"]["imagegate-expires-at"] in note


def test_a_refusal_changes_nothing_of_the_failure(wire: Wire) -> None:
    """It is noted; nothing is raised."""
    wire.on("GET", TEMPLATE, Answer(body={"id": TEMPLATE, "tags": TAGS}))
    refused = {"error": {"code": "AuthorizationFailed", "message": "no right to write"}}
    wire.on("PATCH", TEMPLATE, Answer(status=403, body=refused))

    (note,) = _expire(wire)

    assert "no right to write" in note


def test_a_template_that_is_gone(wire: Wire) -> None:
    """There is nothing to change."""
    wire.on("GET", TEMPLATE, Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}}))

    _expire(wire)

    assert wire.calls("PATCH", ".*") == []
