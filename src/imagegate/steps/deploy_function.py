"""Deploy what the Function runs on, and what wakes it: plan, storage, identity with rights, topics, subscriptions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagegate.errors import InputError, InputFault, ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import DeploymentState, read_deployment
from imagegate.settings import Settings
from imagegate.steps.await_deployment import await_deployment
from imagegate.waiting import Deadline

FUNCTION_DEPLOYMENT = "imagegate-function"
_OURS = {
    "location",
    "templateResourceGroup",
    "smokeResourceGroup",
    "armEndpoint",
    "withSubscriptions",
    "workflows",
    "proofStorageAccount",
    "originContainers",
    "recordsContainer",
    "guard",
    "pullRequestResourceGroup",
    "pullRequestStorageAccount",
    "stagingResourceGroups",
}
_PROTECTING = ("guard", "repositoryIds", "promotionClaims")
_LITERALS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class FunctionOptions:
    """How the Function is to be: its group, whose statuses it posts, whose proofs count, further parameters.

    `guard`: report or enforce; empty leaves it to the template.
    """

    resource_group: str
    repositories: tuple[str, ...]
    workflows: tuple[str, ...]
    promoted_refs: tuple[str, ...] = ()
    guard: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def function_parameters(
    settings: Settings,
    options: FunctionOptions,
    template: Mapping[str, Any],
    *,
    foundation: Mapping[str, Any],
    with_subscriptions: bool,
    pull_requests: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """The template's parameters; `foundation` are the outputs of the foundation's deployment.

    `pull_requests` are those of the side of pull requests, if there is one.

    Raises:
        InputError: parameters that the template does not have, or that are not the caller's; values of the wrong type.
    """
    azure = settings.azure
    sides = [foundation, pull_requests] if pull_requests else [foundation]
    return {
        "location": azure.location,
        "templateResourceGroup": azure.resource_group,
        "smokeResourceGroup": azure.smoke_resource_group,
        "armEndpoint": azure.arm_endpoint,
        "repositories": ",".join(options.repositories),
        "workflows": ",".join(options.workflows),
        "proofStorageAccount": str(foundation["scriptStorageAccountName"]),
        "originContainers": ",".join(str(side["originContainerUrl"]) for side in sides),
        "recordsContainer": str(foundation["recordsContainerUrl"]),
        "stagingResourceGroups": [name for side in sides for name in side.get("stagingResourceGroups") or ()],
        **(
            {
                "pullRequestResourceGroup": azure.pull_request_resource_group,
                "pullRequestStorageAccount": str(pull_requests["scriptStorageAccountName"]),
            }
            if pull_requests
            else {}
        ),
        **({"promotedRefs": ",".join(options.promoted_refs)} if options.promoted_refs else {}),
        **({"guard": options.guard} if options.guard else {}),
        **_given(options.parameters, template.get("parameters") or {}),
        "withSubscriptions": with_subscriptions,
    }


def kept_parameters(cloud: Cloud, group: str, *, given: Mapping[str, object]) -> dict[str, object]:
    """What protects `latest`, as the last set-up had it, where nothing else is given now."""
    last = read_deployment(cloud, group, FUNCTION_DEPLOYMENT)
    known = last.parameters if last else {}
    return {name: known[name] for name in _PROTECTING if known.get(name) and name not in given}


def last_function_app(cloud: Cloud, group: str) -> str:
    """Name of the function app that the last set-up made; "" where there was none."""
    last = read_deployment(cloud, group, FUNCTION_DEPLOYMENT)
    return str(last.outputs.get("functionAppName") or "") if last else ""


def deploy_function(
    cloud: Cloud,
    template: Mapping[str, Any],
    *,
    group: str,
    parameters: Mapping[str, object],
    deadline: Deadline,
    note: Callable[[str], None] = lambda _: None,
) -> DeploymentState:
    """Deploy the template and wait for its end; twice changes nothing but application settings set by hand.

    Raises:
        ImageGateError: refused, failed (with the innermost cause), or not done before the deadline.
    """
    ended = await_deployment(
        cloud, group, FUNCTION_DEPLOYMENT, template=template, parameters=parameters, deadline=deadline, note=note
    )
    if not ended.outputs.get("functionAppName"):
        raise ServiceRefused(f'The deployment "{FUNCTION_DEPLOYMENT}" has no output functionAppName.')
    return ended


def _given(parameters: Mapping[str, str], declared: Mapping[str, Any]) -> dict[str, object]:
    allowed = sorted(set(declared) - _OURS)
    faults = [
        InputFault(
            message=f'the Function\'s template takes no parameter "{name}" here',
            path="--function-parameter",
            hint=f"It takes {', '.join(allowed)}.",
        )
        for name in parameters
        if name not in allowed
    ]
    values: dict[str, object] = {}
    for name, text in parameters.items():
        kind = str((declared.get(name) or {}).get("type", "string")).lower()
        try:
            values[name] = _typed(text, kind)
        except (ValueError, KeyError):
            faults.append(InputFault(message=f'{name} is no {kind}: "{text}"', path="--function-parameter"))
    if faults:
        raise InputError(faults)
    return values


def _typed(text: str, kind: str) -> object:
    if kind == "bool":
        return _LITERALS[text.lower()]
    return int(text) if kind == "int" else text
