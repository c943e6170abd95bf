"""Deploying a template and waiting for its end."""

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.errors import DeadlinePassed, ServiceRefused
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline

DEPLOYMENT = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.Resources/deployments/one"


def test_deployment_that_does_not_end(wire: Wire, clock: HandClock) -> None:
    """It is waited for until the deadline, and then told by its name."""
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": DEPLOYMENT, "properties": {}}))
    wire.on("GET", DEPLOYMENT, Answer(body={"id": DEPLOYMENT, "properties": {"provisioningState": "Running"}}))

    with pytest.raises(DeadlinePassed, match='the deployment "one"'):
        await_deployment(cloud_on(wire), "rg", "one", template={}, parameters={}, deadline=Deadline.after(60, clock))


def _ended(state: str, code: str = "") -> Answer:
    error = {"code": "DeploymentFailed", "message": "x", "details": [{"code": code, "message": "y"}]}
    properties = {"provisioningState": state, **({"error": error} if code else {})}
    return Answer(body={"id": DEPLOYMENT, "properties": properties})


def test_new_role_that_is_not_known_yet(wire: Wire, clock: HandClock) -> None:
    """A deployment that met something too new is deployed again, with a line that says what it waits for."""
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": DEPLOYMENT, "properties": {}}))
    wire.on(
        "GET",
        DEPLOYMENT,
        _ended("Failed", "RoleDefinitionDoesNotExist"),
        _ended("Failed", "PrincipalNotFound"),
        _ended("Succeeded"),
    )
    notes: list[str] = []
    deadline = Deadline.after(600, clock)

    ended = await_deployment(
        cloud_on(wire), "rg", "one", template={}, parameters={}, deadline=deadline, note=notes.append
    )

    assert ended.succeeded
    assert len(wire.calls("PUT", DEPLOYMENT)) == 3
    assert [note.partition(",")[0] for note in notes] == [
        "waiting for a new role to be known",
        "waiting for the directory to know a new identity",
    ]


def test_failure_that_stays(wire: Wire, clock: HandClock) -> None:
    """A deployment that failed for another reason is told at once."""
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": DEPLOYMENT, "properties": {}}))
    wire.on("GET", DEPLOYMENT, _ended("Failed", "InvalidTemplate"))

    with pytest.raises(ServiceRefused, match="InvalidTemplate"):
        await_deployment(cloud_on(wire), "rg", "one", template={}, parameters={}, deadline=Deadline.after(60, clock))

    assert clock.slept == []
