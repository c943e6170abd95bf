"""The calls of image builder."""

import pytest

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.errors import ServiceRefused
from imagegate.gateway.image_templates import ImageTemplates

NOT_REGISTERED = {
    "error": {
        "code": "MissingSubscriptionRegistration",
        "message": "The subscription is not registered to use namespace 'Microsoft.VirtualMachineImages'.",
        "details": [
            {
                "code": "MissingSubscriptionRegistration",
                "target": "Microsoft.VirtualMachineImages",
                "message": "The subscription is not registered to use namespace 'Microsoft.VirtualMachineImages'.",
            }
        ],
    }
}


def _templates(wire: Wire) -> ImageTemplates:
    return ImageTemplates(cloud_on(wire), "rg-images")


def test_the_body_goes_as_it_is(wire: Wire, clock: HandClock) -> None:
    """What the template says is sent word for word: the SDK's models neither drop nor rename a key."""
    ImageBuilder(wire, clock)
    body = {"location": "x", "properties": {"source": {"type": "New", "vmboot": 1}, "somethingNew": {"a": [1]}}}

    _templates(wire).submit("t", body, template_file="t.json")

    sent = wire.calls("PUT", f"{TEMPLATES}/t")[0]
    assert sent.json["properties"]["somethingNew"] == {"a": [1]}
    assert sent.json["properties"]["source"] == {"type": "New", "vmboot": 1}
    assert sent.query["api-version"] == "2025-10-01"


def test_nothing_is_polled(wire: Wire, clock: HandClock) -> None:
    """Writes return when they are accepted; whoever wants to wait does so elsewhere."""
    service = ImageBuilder(wire, clock)
    templates = _templates(wire)
    templates.submit("t", {"location": "x", "properties": {"distribute": []}}, template_file="t.json")
    templates.start_run("t")
    templates.cancel_run("t", timeout_s=4)
    templates.delete("t")

    assert [seen.method for seen in wire.seen] == ["PUT", "POST", "POST", "DELETE"]
    assert service.cancelled == ["t"]


def test_retry_after_is_handed_on(wire: Wire) -> None:
    """The service's own pace comes back from a write, None when it names none."""
    wire.on("POST", ".*/run", Answer(status=202, headers={"Retry-After": "7"}), Answer(status=202))

    assert (_templates(wire).start_run("t"), _templates(wire).start_run("t")) == (7.0, None)


def test_what_is_not_there(wire: Wire) -> None:
    """No template is None to a reader and nothing to do for a deleter."""
    wire.on("GET", ".*", Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "x"}}))
    wire.on("DELETE", ".*", Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "x"}}))

    assert (_templates(wire).find("t"), _templates(wire).delete("t")) == (None, None)


def test_providers_are_not_registered_in_passing(wire: Wire) -> None:
    """A missing registration is an error with a hint; a build never changes the subscription."""
    wire.on("PUT", ".*", Answer(status=409, body=NOT_REGISTERED))

    with pytest.raises(ServiceRefused, match="not registered") as caught:
        _templates(wire).submit("t", {}, template_file="t.json")

    assert "imagegate setup" in str(caught.value.hint)
    assert [seen.method for seen in wire.seen] == ["PUT"]


def test_outputs_of_many_pages(wire: Wire) -> None:
    """A long list of outputs is read to its end."""
    first = {"value": [{"name": "a"}], "nextLink": f"https://management.azure.com{TEMPLATES}/t/runOutputs?page=2"}
    wire.on("GET", f"{TEMPLATES}/t/runOutputs", Answer(body=first), Answer(body={"value": [{"name": "b"}]}))

    assert set(_templates(wire).run_outputs("t")) == {"a", "b"}
