"""Deploy what images stand on: identity, gallery, definition, script container, role assignments."""

from collections.abc import Mapping
from typing import Any

from imagegate.errors import ServiceRefused
from imagegate.gateway.arm_errors import ArmFault
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import DeploymentState, begin_deployment, read_deployment
from imagegate.gateway.principal import OwnPrincipal
from imagegate.gateway.translation import refusal
from imagegate.model import OWNER, OWNER_TAG
from imagegate.settings import Settings
from imagegate.waiting import Deadline, Look, poll

FOUNDATION = "imagegate-foundation"


def deploy_foundation(
    cloud: Cloud, settings: Settings, template: Mapping[str, Any], *, principal: OwnPrincipal | None, deadline: Deadline
) -> DeploymentState:
    """Deploy the template into the image's resource group and wait for its end; twice changes nothing.

    Raises:
        ImageGateError: refused, failed (with the innermost cause), or not done before the deadline.
    """
    group = settings.azure.resource_group
    begin_deployment(
        cloud,
        group,
        FOUNDATION,
        template=template,
        parameters=_parameters(settings, template, principal),
        tags={OWNER_TAG: OWNER},
    )

    def look() -> Look[DeploymentState]:
        state = read_deployment(cloud, group, FOUNDATION)
        return Look(value=state if state is not None and state.ended else None)

    ended = poll(look, deadline=deadline, what=f'the deployment "{FOUNDATION}"', interval_s=10, first_interval_s=0.5)
    if not ended.succeeded:
        fault = ended.fault or ArmFault(code="", message=f"The deployment ended in {ended.state}.")
        raise refusal(fault, f'deploying "{FOUNDATION}" to {group}', status=None, ids={})
    missing = [name for name in ("identityId", "galleryImageId", "scriptContainerUrl") if not ended.outputs.get(name)]
    if missing:
        raise ServiceRefused(f'The deployment "{FOUNDATION}" has no output {", ".join(missing)}.')
    return ended


def _parameters(settings: Settings, template: Mapping[str, Any], principal: OwnPrincipal | None) -> dict[str, object]:
    """The parameters that the template declares."""
    azure, made = settings.azure, settings.definition
    known: dict[str, object] = {
        "location": azure.location,
        "galleryName": azure.gallery,
        "imageDefinitionName": azure.definition,
        "identityName": azure.identity,
        "publisher": made.publisher,
        "offer": made.offer,
        "sku": made.sku,
        "securityType": made.security_type,
        "hyperVGeneration": made.hyper_v_generation,
        "architecture": made.architecture,
        **({"principalId": principal.object_id, "principalType": principal.kind} if principal else {}),
    }
    declared = template.get("parameters") or {}
    return {name: value for name, value in known.items() if name in declared}
