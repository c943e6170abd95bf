"""On which side a job builds."""

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.errors import LoginFailed
from imagegate.settings import AzureSettings
from imagegate.steps.find_side import find_side

AZURE = AzureSettings(
    arm_endpoint="https://management.azure.com",
    subscription_id=SUBSCRIPTION,
    resource_group="rg",
    smoke_resource_group="rg-smoke",
    location="westeurope",
    gallery="golden",
    definition="web",
    identity="imagegate-builder",
)
FOUNDATION = (
    f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-pull-requests"
    "/providers/Microsoft.Resources/deployments/imagegate-foundation"
)


def _find(wire: Wire, event: str = "pull_request") -> str:
    return find_side(cloud_on(wire), AZURE, {"GITHUB_EVENT_NAME": event}, note=lambda _: None)


def _answer(state: str) -> Answer:
    return Answer(body={"id": FOUNDATION, "properties": {"provisioningState": state}})


@pytest.mark.parametrize("event", ["", "push", "schedule", "merge_group", "pull_request_target", "workflow_run"])
def test_other_events_ask_nothing(wire: Wire, event: str) -> None:
    """Only `pull_request` has the other side's subject; no other event looks for it."""
    assert _find(wire, event) == "rg"
    assert wire.seen == []


def test_a_pull_request_has_its_own_side(wire: Wire) -> None:
    """Where the set-up made it, a pull request builds there."""
    wire.on("GET", FOUNDATION, _answer("Succeeded"))

    assert _find(wire) == "rg-pull-requests"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=404, body={"error": {"code": "ResourceGroupNotFound", "message": "x"}}),
        Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "x"}}),
        _answer("Failed"),
    ],
    ids=["none", "of another identity", "broken"],
)
def test_without_such_a_side_it_is_main(wire: Wire, answer: Answer) -> None:
    """No side, no right to read it, or one whose set-up failed: the build is on the main side."""
    wire.on("GET", FOUNDATION, answer)

    assert _find(wire) == "rg"


def test_a_failed_login_says_nothing_about_sides(wire: Wire) -> None:
    """Who cannot log in is told so."""
    wire.on(
        "GET", FOUNDATION, Answer(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "x"}})
    )

    with pytest.raises(LoginFailed):
        _find(wire)
