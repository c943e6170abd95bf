"""Deploy a template and wait for its end."""

from collections.abc import Mapping
from typing import Any

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
) -> DeploymentState:
    """Deploy the template into the resource group under that name; twice changes nothing.

    Raises:
        ImageGateError: refused, failed (with the innermost cause), or not done before the deadline.
    """
    begin_deployment(cloud, group, name, template=template, parameters=parameters, tags={OWNER_TAG: OWNER})

    def look() -> Look[DeploymentState]:
        state = read_deployment(cloud, group, name)
        return Look(value=state if state is not None and state.ended else None)

    ended = poll(look, deadline=deadline, what=f'the deployment "{name}"', interval_s=10, first_interval_s=0.5)
    if not ended.succeeded:
        fault = ended.fault or ArmFault(code="", message=f"The deployment ended in {ended.state}.")
        raise refusal(fault, f'deploying "{name}" to {group}', status=None, ids={})
    return ended
