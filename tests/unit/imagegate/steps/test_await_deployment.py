"""Deploying a template and waiting for its end."""

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.errors import DeadlinePassed
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline

DEPLOYMENT = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.Resources/deployments/one"


def test_deployment_that_does_not_end(wire: Wire, clock: HandClock) -> None:
    """It is waited for until the deadline, and then told by its name."""
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": DEPLOYMENT, "properties": {}}))
    wire.on("GET", DEPLOYMENT, Answer(body={"id": DEPLOYMENT, "properties": {"provisioningState": "Running"}}))

    with pytest.raises(DeadlinePassed, match='the deployment "one"'):
        await_deployment(cloud_on(wire), "rg", "one", template={}, parameters={}, deadline=Deadline.after(60, clock))
