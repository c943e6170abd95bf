"""Deploy what images stand on: identity, gallery, definition, script container, role assignments."""

from collections.abc import Mapping
from typing import Any

from imagegate.errors import ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import DeploymentState
from imagegate.gateway.principal import OwnPrincipal
from imagegate.settings import Settings
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline

FOUNDATION = "imagegate-foundation"


def deploy_foundation(
    cloud: Cloud,
    settings: Settings,
    template: Mapping[str, Any],
    *,
    principal: OwnPrincipal | None,
    deadline: Deadline,
    verifies: bool = False,
    tags: Mapping[str, Mapping[str, str]] | None = None,
) -> DeploymentState:
    """Deploy the template into the image's resource group and wait for its end; twice changes nothing.

    With `verifies` the principal may also read proofs of origin and write records. `tags` are the parameters that say
    which tags gallery and definition have already: a deployment replaces them.

    Raises:
        ImageGateError: refused, failed (with the innermost cause), or not done before the deadline.
    """
    group = settings.azure.resource_group
    ended = await_deployment(
        cloud,
        group,
        FOUNDATION,
        template=template,
        parameters={**_parameters(settings, template, principal, verifies=verifies), **(tags or {})},
        deadline=deadline,
    )
    missing = [name for name in ("identityId", "galleryImageId", "scriptContainerUrl") if not ended.outputs.get(name)]
    if missing:
        raise ServiceRefused(f'The deployment "{FOUNDATION}" has no output {", ".join(missing)}.')
    return ended


def _parameters(
    settings: Settings, template: Mapping[str, Any], principal: OwnPrincipal | None, *, verifies: bool = False
) -> dict[str, object]:
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
        **({"principalVerifies": True} if principal and verifies else {}),
    }
    declared = template.get("parameters") or {}
    return {name: value for name, value in known.items() if name in declared}
