"""Keeping the outputs of a deployment."""

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.steps.keep_outputs import keep_outputs
from imagegate.waiting import Deadline

DEPLOYMENT = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.Resources/deployments/kept"


def test_values_stay_what_they_are(wire: Wire, clock: HandClock) -> None:
    """Each output has its type, and a text that looks like an expression is none."""
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": DEPLOYMENT, "properties": {}}))
    done = {"id": DEPLOYMENT, "properties": {"provisioningState": "Succeeded"}}
    wire.on("GET", DEPLOYMENT, Answer(body=done))
    outputs = {"id": "/a", "text": "[x]", "list": ["a"], "flag": True, "count": 2}

    keep_outputs(cloud_on(wire), "rg", "kept", outputs, deadline=Deadline.after(60, clock))

    sent = wire.calls("PUT", DEPLOYMENT)[0].json["properties"]["template"]["outputs"]
    assert {name: (one["type"], one["value"]) for name, one in sent.items()} == {
        "id": ("string", "/a"),
        "text": ("string", "[[x]"),
        "list": ("array", ["a"]),
        "flag": ("bool", True),
        "count": ("int", 2),
    }
