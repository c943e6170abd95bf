"""Deploy a template and wait for its end."""

from collections.abc import Callable, Mapping
from typing import Any

from imagegate.gateway import not_yet
from imagegate.gateway.arm_errors import ArmFault
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import DeploymentState, begin_deployment, read_deployment
from imagegate.gateway.translation import refusal
from imagegate.model import OWNER, OWNER_TAG
from imagegate.waiting import Deadline, Look, poll


def await_deployment(
    cloud: Cloud,
    group: str,
    name: str,
    *,
    template: Mapping[str, Any],
    parameters: Mapping[str, Any],
    deadline: Deadline,
    note: Callable[[str], None] = lambda _: None,
) -> DeploymentState:
    """Deploy the template into the resource group under that name; twice changes nothing.

    One that failed because something new is not known everywhere yet is deployed again.

    Raises:
        ImageGateError: refused, failed (with the innermost cause), or not done before the deadline.
    """
    patience = not_yet.Patience(deadline=deadline, note=note)
    while True:
        begin_deployment(cloud, group, name, template=template, parameters=parameters, tags={OWNER_TAG: OWNER})
        ended = _await_end(cloud, group, name, deadline=deadline)
        if ended.succeeded:
            return ended
        fault = ended.fault or ArmFault(code="", message=f"The deployment ended in {ended.state}.")
        if not patience.wait(not_yet.of_deployment(fault)):
            raise refusal(fault, f'deploying "{name}" to {group}', status=None, ids={})


def _await_end(cloud: Cloud, group: str, name: str, *, deadline: Deadline) -> DeploymentState:
    def look() -> Look[DeploymentState]:
        state = read_deployment(cloud, group, name)
        return Look(value=state if state is not None and state.ended else None)

    return poll(look, deadline=deadline, what=f'the deployment "{name}"', interval_s=10, first_interval_s=0.5)
