"""Deploy what images stand on: identity, gallery, definition, script container, role assignments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagegate.errors import ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import DeploymentState
from imagegate.gateway.principal import OwnPrincipal
from imagegate.settings import Settings
from imagegate.steps.await_deployment import await_deployment
from imagegate.steps.keep_outputs import keep_outputs
from imagegate.waiting import Deadline

FOUNDATION = "imagegate-foundation"
"""The deployment that has the outputs of the last set-up that went well."""

_NAME_LIMIT = 64
_NEEDED = ("identityId", "galleryImageId", "scriptContainerUrl", "scriptStorageAccountName")


@dataclass(frozen=True, kw_only=True)
class Principals:
    """Who may do what on a side. `verifiers` read proofs of origin, write records and versions, and make smoke VMs."""

    builders: tuple[OwnPrincipal, ...] = ()
    verifiers: tuple[OwnPrincipal, ...] = ()


def deploy_foundation(
    cloud: Cloud,
    settings: Settings,
    template: Mapping[str, Any],
    *,
    principals: Principals,
    deadline: Deadline,
    kept: Mapping[str, object] | None = None,
    group: str | None = None,
    staging_groups: Sequence[str] = (),
    note: Callable[[str], None] = lambda _: None,
) -> DeploymentState:
    """Deploy the template and wait for its end; twice changes nothing.

    Without `group` into the image's own resource group; the group of another side gets a builder and storage of its
    own, and no gallery.
    `staging_groups` are there already; Image Builder builds in them, and the builders may read the logs.
    `kept` are parameters that say how gallery and definition are already: a deployment would change that.
    Each image has a deployment of its own: one that goes on or fails takes no outputs away from builds of the others.

    Raises:
        ImageGateError: refused, failed (with the innermost cause), or not done before the deadline.
    """
    group = group or settings.azure.resource_group
    known = _parameters(settings, template, principals, group=group)
    parameters = {**known, "stagingResourceGroups": list(staging_groups), **(kept or {})}
    ended = await_deployment(
        cloud,
        group,
        f"{FOUNDATION}-{settings.azure.definition}"[:_NAME_LIMIT],
        template=template,
        parameters=parameters,
        deadline=deadline,
        note=note,
    )
    missing = [name for name in _NEEDED if not ended.outputs.get(name)]
    if missing:
        raise ServiceRefused(f'The deployment "{FOUNDATION}" has no output {", ".join(missing)}.')
    keep_outputs(cloud, group, FOUNDATION, ended.outputs, deadline=deadline)
    return ended


def _parameters(
    settings: Settings, template: Mapping[str, Any], principals: Principals, *, group: str | None = None
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
        **({"galleryResourceGroup": azure.resource_group} if group not in {None, azure.resource_group} else {}),
        **({"builders": _listed(principals.builders)} if principals.builders else {}),
        **(
            {"verifiers": _listed(principals.verifiers), "smokeResourceGroup": azure.smoke_resource_group}
            if principals.verifiers
            else {}
        ),
    }
    declared = template.get("parameters") or {}
    return {name: value for name, value in known.items() if name in declared}


def _listed(principals: Sequence[OwnPrincipal]) -> list[dict[str, str]]:
    return [{"id": one.object_id, "type": one.kind} for one in dict.fromkeys(principals)]
