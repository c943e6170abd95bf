"""The Function's own settings: application settings come as environment variables; all faults at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from imagegate.errors import InputError, InputFault
from imagegate.model import parse_duration
from imagegate.settings.inputs import BY_NAME
from imagegate.settings.model import CloudSettings

_GROUP = re.compile(r"[\w.()-]{1,90}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_REF = re.compile(r"refs/(heads|tags)/\S+")


@dataclass(frozen=True, kw_only=True)
class FunctionSettings(CloudSettings):
    """Which groups the Function watches, to which repositories it may speak, and who may become `latest`.

    `repositories` (lower case) and `promoted_refs` are what a tag's claim is held against. `pending_limit_s` is the age
    at which an unanswered verification is closed. `allowed_source` (address, CIDR or service tag) is who may reach a
    smoke VM's probed ports; empty leaves it to the verification. `verdict_topic` is the endpoint of a custom topic;
    empty publishes nothing.
    """

    template_groups: tuple[str, ...]
    gallery_groups: tuple[str, ...]
    smoke_group: str
    repositories: frozenset[str]
    promoted_refs: tuple[str, ...]
    pending_limit_s: int
    allowed_source: str
    verdict_topic: str

    def may_speak_to(self, repository: str) -> bool:
        """Whether statuses may be posted to that repository (`owner/name`)."""
        return repository.lower() in self.repositories


def load_function_settings(environment: Mapping[str, str]) -> FunctionSettings:
    """Settings from the application settings.

    Raises:
        InputError: with every variable that is missing or has the wrong shape.
    """
    faults: list[InputFault] = []
    template_groups = _words(environment, "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS")
    gallery_groups = _words(environment, "IMAGEGATE_GALLERY_RESOURCE_GROUPS")
    repositories = _words(environment, "IMAGEGATE_REPOSITORIES")
    promoted_refs = _words(environment, "IMAGEGATE_PROMOTED_REFS") or ("refs/heads/main", "refs/heads/master")
    smoke_group = environment.get("IMAGEGATE_SMOKE_RESOURCE_GROUP", "").strip()
    subscription_id = environment.get("IMAGEGATE_SUBSCRIPTION") or environment.get("AZURE_SUBSCRIPTION_ID") or ""
    for name, given in (
        ("IMAGEGATE_SUBSCRIPTION", subscription_id),
        ("IMAGEGATE_TEMPLATE_RESOURCE_GROUPS", template_groups),
        ("IMAGEGATE_REPOSITORIES", repositories),
    ):
        if not given:
            faults.append(InputFault(message="the application setting is missing or empty", path=name))
    for name, shape, values in (
        ("IMAGEGATE_TEMPLATE_RESOURCE_GROUPS", _GROUP, template_groups),
        ("IMAGEGATE_GALLERY_RESOURCE_GROUPS", _GROUP, gallery_groups),
        ("IMAGEGATE_SMOKE_RESOURCE_GROUP", _GROUP, (smoke_group,) if smoke_group else ()),
        ("IMAGEGATE_REPOSITORIES", _REPOSITORY, repositories),
        ("IMAGEGATE_PROMOTED_REFS", _REF, promoted_refs),
    ):
        faults += [
            InputFault(message=f'"{value}" does not have the right shape', path=name, hint=_HINTS[name])
            for value in values
            if not shape.fullmatch(value)
        ]
    try:
        pending_limit_s = parse_duration(environment.get("IMAGEGATE_PENDING_LIMIT") or "24h")
    except ValueError as error:
        faults.append(InputFault(message=str(error), path="IMAGEGATE_PENDING_LIMIT"))
        pending_limit_s = 0
    verdict_topic = environment.get("IMAGEGATE_VERDICT_TOPIC", "").strip()
    if verdict_topic and not verdict_topic.startswith("https://"):
        faults.append(InputFault(message="a topic's endpoint begins with https://", path="IMAGEGATE_VERDICT_TOPIC"))
    if faults:
        raise InputError(faults, hint="Set them on the Function app; templates/azure/function.json shows how.")
    default_endpoint = BY_NAME["arm-endpoint"].default or ""
    return FunctionSettings(
        arm_endpoint=(environment.get("IMAGEGATE_ARM_ENDPOINT") or default_endpoint).rstrip("/"),
        subscription_id=subscription_id,
        template_groups=template_groups,
        gallery_groups=gallery_groups or template_groups,
        smoke_group=smoke_group or f"{template_groups[0]}-smoke",
        repositories=frozenset(name.lower() for name in repositories),
        promoted_refs=promoted_refs,
        pending_limit_s=pending_limit_s,
        allowed_source=environment.get("IMAGEGATE_ALLOWED_SOURCE", "").strip(),
        verdict_topic=verdict_topic,
    )


_HINTS = {
    "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "Names of resource groups, separated by commas.",
    "IMAGEGATE_GALLERY_RESOURCE_GROUPS": "Names of resource groups, separated by commas.",
    "IMAGEGATE_SMOKE_RESOURCE_GROUP": "The name of a resource group.",
    "IMAGEGATE_REPOSITORIES": "Repositories as owner/name, separated by commas.",
    "IMAGEGATE_PROMOTED_REFS": "Full refs such as refs/heads/main, separated by commas.",
}


def _words(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The entries of a list that is separated by commas, each once."""
    return tuple(dict.fromkeys(word.strip() for word in environment.get(name, "").split(",") if word.strip()))
