"""The story of the Function's set-up: what it runs on, its code, and then the events that wake it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.function_app import SITE_TYPE
from imagegate.gateway.resource_groups import ensure_resource_group, register_providers, unregistered_providers
from imagegate.model import OWNER, OWNER_TAG, ResourceId
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.build_function_package import FunctionCode, build_function_package, read_function_code
from imagegate.steps.deploy_function import (
    FunctionOptions,
    deploy_function,
    function_parameters,
    kept_parameters,
    last_function_app,
)
from imagegate.steps.publish_function_code import publish_function_code
from imagegate.steps.remove_old_roles import remove_old_roles
from imagegate.waiting import Deadline

PROVIDERS = ("Microsoft.Web", "Microsoft.EventGrid", "Microsoft.Insights", "Microsoft.OperationalInsights")
_REGISTRATION_S = 900
_DEPLOYMENT_S = 1800
_PUBLISHING_S = 1200


@dataclass(frozen=True, kw_only=True)
class FunctionSetup:
    """The Function as it is now; `package_sha256` names its code."""

    site_id: ResourceId
    package_sha256: str
    registered: tuple[str, ...]
    made: tuple[str, ...]
    outputs: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """All by name."""
        return {
            "function_app_id": self.site_id.text,
            "package_sha256": self.package_sha256,
            "registered": list(self.registered),
            "made": list(self.made),
            "outputs": self.outputs,
        }


def set_up_function(
    settings: Settings,
    cloud: Cloud,
    story: Story,
    *,
    options: FunctionOptions,
    foundation: Mapping[str, Any],
    code: FunctionCode,
    pull_requests: Mapping[str, Any] | None = None,
) -> FunctionSetup:
    """Deploy the Function and publish its code; what is there is brought to the same state.

    `foundation` are the outputs of the foundation: where proofs and records lie; `pull_requests` those of the side of
    pull requests.

    1. Build its package, unless that was done before or is Azure's business.
    2. Register the resource providers that are not registered, make the Function's resource group.
    3. Deploy its template without event subscriptions: Event Grid asks for a function that is there.
    4. Publish its code, and wait until the platform has found the functions in it.
    5. Deploy the template again, with the subscriptions.

    Raises:
        InputError: `code` is not the Function's, or a parameter is not the template's; before anything is made.
    """
    template = azure_template("function")
    package = read_function_code(code)
    first, second = (
        function_parameters(
            settings,
            options,
            template,
            foundation=foundation,
            pull_requests=pull_requests,
            with_subscriptions=subscribe,
        )
        for subscribe in (False, True)
    )
    group, clock, note = options.resource_group, story.clock, story.progress.note
    if not package.built and not code.remote_build:
        with story.step("function_package", "Building the Function's package"):
            package = build_function_package(package)
    made: tuple[str, ...] = ()
    with story.step("function_group", "Checking what the Function needs"):
        if missing := unregistered_providers(cloud, PROVIDERS):
            note(f"registering {', '.join(missing)}; this may take minutes")
            register_providers(cloud, missing, deadline=Deadline.after(_REGISTRATION_S, clock))
        if ensure_resource_group(cloud, group, location=settings.azure.location, tags={OWNER_TAG: OWNER}):
            made = (group,)
            note(f"made {group}")
    for name, value in kept_parameters(cloud, group, given=second).items():
        first[name] = second[name] = value
        note(f"{name} stays {value}, as the last set-up had it")
    if name := last_function_app(cloud, group):
        remove_old_roles(cloud, group, identities=(f"{name}-identity", f"{name}-letters"), note=note)
    with story.step("function", "Deploying the Function"):
        deadline = Deadline.after(_DEPLOYMENT_S, clock)
        deployed = deploy_function(cloud, template, group=group, parameters=first, deadline=deadline, note=note)
    site_id = ResourceId.of(cloud.subscription_id, group, SITE_TYPE, str(deployed.outputs["functionAppName"]))
    with story.step("function_code", f"Publishing the Function's code ({len(package.content) // 1024} KiB)"):
        deadline = Deadline.after(_PUBLISHING_S, clock)
        publish_function_code(cloud, site_id, package, deadline=deadline, remote_build=not package.built, note=note)
    with story.step("function_events", "Subscribing the Function to builds and image versions"):
        deadline = Deadline.after(_DEPLOYMENT_S, clock)
        deployed = deploy_function(cloud, template, group=group, parameters=second, deadline=deadline, note=note)
    return FunctionSetup(
        site_id=site_id,
        package_sha256=package.sha256,
        registered=missing,
        made=made,
        outputs=dict(deployed.outputs),
    )
