"""The story of a set-up: what an image stands on, made once and found ever after."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imagegate.errors import InputError, InputFault, ServiceRefused
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.principal import OwnPrincipal, own_principal
from imagegate.gateway.resource_groups import ensure_resource_group, register_providers, unregistered_providers
from imagegate.model import OWNER, OWNER_TAG
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.deploy_foundation import FOUNDATION, deploy_foundation
from imagegate.steps.mark_guarded import guard_tags, mark_guarded
from imagegate.waiting import Deadline

PROVIDERS = (
    "Microsoft.VirtualMachineImages",
    "Microsoft.Compute",
    "Microsoft.KeyVault",
    "Microsoft.Storage",
    "Microsoft.Network",
    "Microsoft.ContainerInstance",
    "Microsoft.ManagedIdentity",
)
"""What image builder works with. Source: image builder documentation, "Register the providers"."""
_NO_SUCH_REGION = {
    "locationnotavailableforresourcegroup",
    "locationnotavailableforresourcetype",
    "noregisteredproviderfound",
}
"""Source: Azure Resource Manager documentation, "Troubleshoot common Azure deployment errors"."""
_REGISTRATION_S = 900
_DEPLOYMENT_S = 1800


@dataclass(frozen=True, kw_only=True)
class SetupResult:
    """`made` are the names of what was made now; `outputs` are the foundation's."""

    registered: tuple[str, ...]
    made: tuple[str, ...]
    outputs: dict[str, Any]
    resources: tuple[str, ...]
    timings: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The JSON form of `imagegate setup`."""
        return {
            "command": "setup",
            "registered": list(self.registered),
            "made": list(self.made),
            "outputs": self.outputs,
            "resources": list(self.resources),
            "timings": self.timings,
        }


def set_up(
    settings: Settings, cloud: Cloud, story: Story, *, principal: OwnPrincipal | None = None, verifies: bool = True
) -> SetupResult:
    """Make what builds and smoke tests stand on; whatever is there already is left as it is.

    1. Register the resource providers that are not registered, and wait for it.
    2. Make the resource groups of the images and of the smoke VMs.
    3. Deploy the foundation: identity, gallery, image definition, script container, and the rights that builds need,
       for the template's identity and for `principal` (by default the caller). With `verifies` that principal
       may also verify: without a Function a step of the workflow does. Mark gallery and definition for the guard.
    """
    azure = settings.azure
    note = story.progress.note
    with story.step("providers", "Checking the resource providers"):
        missing = unregistered_providers(cloud, PROVIDERS)
        if missing:
            note(f"registering {', '.join(missing)}; this may take minutes")
            register_providers(cloud, missing, deadline=Deadline.after(_REGISTRATION_S, story.clock))
    made = []
    with story.step("groups", "Checking the resource groups"), _region_as_input(azure.location):
        for name in (azure.resource_group, azure.smoke_resource_group):
            if ensure_resource_group(cloud, name, location=azure.location, tags={OWNER_TAG: OWNER}):
                made.append(name)
                note(f"made {name}")
            else:
                note(f"found {name}")
    with story.step("foundation", f"Deploying {FOUNDATION}"), _region_as_input(azure.location):
        principal = principal or own_principal(cloud)
        note(f"builds are run by {principal.kind} {principal.object_id}" if principal else "nobody is given rights")
        deployed = deploy_foundation(
            cloud,
            settings,
            azure_template("foundation"),
            principal=principal,
            verifies=verifies,
            tags=guard_tags(cloud, settings),
            deadline=Deadline.after(_DEPLOYMENT_S, story.clock),
        )
        mark_guarded(cloud, deployed.outputs, now=datetime.now(UTC))
    return SetupResult(
        registered=missing,
        made=tuple(made),
        outputs=dict(deployed.outputs),
        resources=deployed.created,
        timings={**story.timings, "total": story.seconds},
    )


@contextmanager
def _region_as_input(location: str) -> Iterator[None]:
    """A region that the service does not know is a fault of the input, as it is for a build."""
    try:
        yield
    except ServiceRefused as refused:
        if refused.service_code.lower() not in _NO_SUCH_REGION:
            raise
        fault = InputFault(message=f'"{location}" is not usable: {refused.message}', path="azure.location")
        raise InputError([fault], ids=refused.ids) from refused
