"""The story of a set-up: what an image stands on, made once and found ever after."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imagegate.errors import InputError, InputFault, ServiceRefused
from imagegate.flows.setup_sides import (
    CI,
    CI_VERIFY,
    DEPLOYMENT_S,
    NO_SIDES,
    Sides,
    client_ids,
    make_main_identities,
    set_up_pull_requests,
)
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.features import register_features, unregistered_features
from imagegate.gateway.principal import OwnPrincipal, own_principal
from imagegate.gateway.resource_groups import ensure_resource_group, register_providers, unregistered_providers
from imagegate.model import OWNER, OWNER_TAG
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.deploy_foundation import FOUNDATION, Principals, deploy_foundation
from imagegate.steps.keep_gallery import keep_gallery
from imagegate.steps.make_ci_identities import CiIdentity
from imagegate.steps.make_staging_groups import make_staging_groups
from imagegate.steps.mark_guarded import mark_guarded
from imagegate.steps.remove_old_roles import remove_old_roles
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


@dataclass(frozen=True, kw_only=True)
class SetupResult:
    """`made` are the names of what was made now; `outputs` are the foundation's, `pull_requests` their side's."""

    registered: tuple[str, ...]
    made: tuple[str, ...]
    outputs: dict[str, Any]
    pull_requests: dict[str, Any]
    resources: tuple[str, ...]
    timings: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The JSON form of `imagegate setup`."""
        return {
            "command": "setup",
            "registered": list(self.registered),
            "made": list(self.made),
            "outputs": self.outputs,
            "pull_requests": self.pull_requests,
            "resources": list(self.resources),
            "timings": self.timings,
        }


def set_up(
    settings: Settings,
    cloud: Cloud,
    story: Story,
    *,
    principal: OwnPrincipal | None = None,
    verifies: bool = True,
    sides: Sides = NO_SIDES,
    staging_count: int | None = None,
) -> SetupResult:
    """Make what builds and smoke tests stand on; whatever is there already is left as it is.

    1. Register the resource providers that are not registered, and wait for it.
    2. Make the resource groups of the images, of the smoke VMs, and of pull requests if they have a side; for each
       side `staging_count` groups in which Image Builder builds.
    3. Make the identities that jobs log in as, unless `principal` is what they log in as.
    4. Take away the rights that earlier releases gave: on the whole storage account, and under other ids.
    5. Deploy the foundation: identity, gallery, image definition, script container, and the rights that builds need,
       for the template's identity, for `principal` (by default the caller) and for the jobs. With `verifies` these
       may also verify: without a Function a step of the workflow does.
    6. Deploy the side of pull requests.
    """
    note = story.progress.note
    missing = _register(cloud, story)
    made = _make_groups(settings, cloud, story, sides)
    staging, staging_made = _make_staging_groups(settings, cloud, story, sides, staging_count)
    jobs = make_main_identities(settings, cloud, story, sides, verifies=verifies) if principal is None else {}
    with story.step("old_roles", "Looking for rights of earlier releases"):
        for group in staging:
            remove_old_roles(cloud, group, identities=(settings.azure.identity,), note=note)
    with story.step("foundation", f"Deploying {FOUNDATION}"), _region_as_input(settings.azure.location):
        principal = principal or own_principal(cloud)
        note(f"builds are run by {principal.kind} {principal.object_id}" if principal else "nobody is given rights")
        deployed = deploy_foundation(
            cloud,
            settings,
            azure_template("foundation"),
            principals=_principals(principal, jobs, verifies=verifies),
            staging_groups=staging[settings.azure.resource_group],
            kept=keep_gallery(cloud, settings, note=note),
            deadline=Deadline.after(DEPLOYMENT_S, story.clock),
            note=note,
        )
        mark_guarded(cloud, deployed.outputs, now=datetime.now(UTC))
    other = None
    if sides.pull_requests:
        groups = staging[settings.azure.pull_request_resource_group]
        other = set_up_pull_requests(settings, cloud, story, sides, staging_groups=groups)
    return SetupResult(
        registered=missing,
        made=(*made, *staging_made),
        outputs={**deployed.outputs, **client_ids({**jobs, **(other.jobs if other else {})})},
        pull_requests=dict(other.outputs) if other else {},
        resources=(*deployed.created, *(other.created if other else ())),
        timings={**story.timings, "total": story.seconds},
    )


def _register(cloud: Cloud, story: Story) -> tuple[str, ...]:
    """Register what is not registered, and wait for it; the names of the providers."""
    note = story.progress.note
    with story.step("providers", "Checking the resource providers"):
        if features := unregistered_features(cloud):
            note(f"registering {', '.join(features)}; this may take minutes")
            register_features(cloud, features, deadline=Deadline.after(_REGISTRATION_S, story.clock))
        if missing := unregistered_providers(cloud, PROVIDERS):
            note(f"registering {', '.join(missing)}; this may take minutes")
            register_providers(cloud, missing, deadline=Deadline.after(_REGISTRATION_S, story.clock))
    return missing


def _make_groups(settings: Settings, cloud: Cloud, story: Story, sides: Sides) -> tuple[str, ...]:
    """Make the groups that are missing; their names."""
    azure = settings.azure
    names = [azure.resource_group, azure.smoke_resource_group]
    names += [azure.pull_request_resource_group] if sides.pull_requests else []
    made = []
    with story.step("groups", "Checking the resource groups"), _region_as_input(azure.location):
        for name in names:
            if ensure_resource_group(cloud, name, location=azure.location, tags={OWNER_TAG: OWNER}):
                made.append(name)
                story.progress.note(f"made {name}")
            else:
                story.progress.note(f"found {name}")
    return tuple(made)


def _make_staging_groups(
    settings: Settings, cloud: Cloud, story: Story, sides: Sides, count: int | None
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The staging groups of each side, by the side's own group; and the names of those made now."""
    azure = settings.azure
    groups = [azure.resource_group, *([azure.pull_request_resource_group] if sides.pull_requests else [])]
    found, made = {}, list[str]()
    with story.step("staging", "Checking the groups in which Image Builder builds"), _region_as_input(azure.location):
        for group in groups:
            names, new = make_staging_groups(
                cloud, group, location=azure.location, count=count, note=story.progress.note
            )
            found[group] = names
            made += new
    return found, made


def _principals(principal: OwnPrincipal | None, jobs: Mapping[str, CiIdentity], *, verifies: bool) -> Principals:
    """The one who builds may also verify without a Function; identities of jobs do one thing each."""
    known = (principal,) if principal else ()
    builders = [one.principal for name, one in jobs.items() if name == CI]
    verifiers = [one.principal for name, one in jobs.items() if name == CI_VERIFY]
    return Principals(builders=(*known, *builders), verifiers=(*(known if verifies else ()), *verifiers))


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
