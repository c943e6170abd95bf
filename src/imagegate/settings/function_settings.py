"""The Function's own settings: application settings come as environment variables; all faults at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from imagegate.errors import InputError, InputFault
from imagegate.model import parse_duration
from imagegate.model.origin_claims import ISSUER_OF_GITHUB, OriginRules
from imagegate.settings.inputs import BY_NAME
from imagegate.settings.model import CloudSettings
from imagegate.settings.smoke_limits import SmokeLimits, read_smoke_limits
from imagegate.settings.words import words

_TEMPLATES, _GALLERIES = "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS", "IMAGEGATE_GALLERY_RESOURCE_GROUPS"
_SMOKE, _REPOSITORIES, _REFS = "IMAGEGATE_SMOKE_RESOURCE_GROUP", "IMAGEGATE_REPOSITORIES", "IMAGEGATE_PROMOTED_REFS"
_SUBSCRIPTION, _LIMIT, _TOPIC = "IMAGEGATE_SUBSCRIPTION", "IMAGEGATE_PENDING_LIMIT", "IMAGEGATE_VERDICT_TOPIC"
_WORKFLOWS, _IDS, _CLAIMS = "IMAGEGATE_WORKFLOWS", "IMAGEGATE_REPOSITORY_IDS", "IMAGEGATE_PROMOTION_CLAIMS"
_ISSUER_KEYS = "IMAGEGATE_ISSUER_KEYS"
_ISSUER, _ORIGIN, _RECORDS = "IMAGEGATE_ISSUER", "IMAGEGATE_ORIGIN_CONTAINERS", "IMAGEGATE_RECORDS_CONTAINER"
_GUARD, _GUARDED = "IMAGEGATE_GUARD", "IMAGEGATE_GUARDED_DEFINITIONS"
_GROUP = (r"[\w.()-]{1,90}", "Names of resource groups, separated by commas.")
_SHAPES = {
    _TEMPLATES: _GROUP,
    _GALLERIES: _GROUP,
    _SMOKE: (_GROUP[0], "The name of one resource group."),
    _REPOSITORIES: (r"[\w.-]+/[\w.-]+", "Repositories as owner/name, separated by commas."),
    _REFS: (r"refs/(heads|tags)/\S+", "Full refs such as refs/heads/main, separated by commas."),
    _WORKFLOWS: (
        r"\*|[\w.-]+/[\w.-]+/[\w./-]+(@\S+)?",
        "Workflow files as owner/name/.github/workflows/file.yml, optionally with @ref or @sha; * lets any speak.",
    ),
    _IDS: (r"\d+", "Numeric ids of repositories, separated by commas."),
    _CLAIMS: (r"[a-z_]+=[^\s,]+", "Claims as name=value, separated by commas."),
    _ISSUER: (
        r"https://\S+",
        "The issuer of the jobs' identity tokens, such as https://token.actions.githubusercontent.com.",
    ),
    _ORIGIN: (r"https?://\S+/\S+", "Addresses of the blob containers of proofs, separated by commas."),
    _RECORDS: (r"https?://\S+/\S+", "Address of the blob container of records."),
    _TOPIC: (r"https://\S+", "The endpoint of a custom topic."),
    _GUARD: (r"report|enforce", "report or enforce."),
    _GUARDED: (r"\*|[\w.-]+/[\w.-]+", "Image definitions as gallery/definition, separated by commas; * names all."),
}
_DEFAULT_LIMIT = "24h"


@dataclass(frozen=True, kw_only=True)
class FunctionSettings(CloudSettings):
    """Which groups the Function watches, to which repositories it may speak, and who may become `latest`.

    `repositories` (lower case) and `promoted_refs` (empty: the default branch) are what claims are held against.
    `pending_limit_s` is the age at which an unanswered verification is closed. `verdict_topic` is the endpoint of a
    custom topic; empty publishes nothing. `origin_rules` say whose proofs of origin count, and `origin_containers`
    where they lie. `smoke_limits` hold for what the tags of versions ask for.
    `guarded_definitions` (gallery/definition in lower case, or *) are guarded though set-up did not make them.
    """

    template_groups: tuple[str, ...]
    gallery_groups: tuple[str, ...]
    smoke_group: str
    repositories: frozenset[str]
    promoted_refs: tuple[str, ...]
    pending_limit_s: int
    verdict_topic: str
    workflows: tuple[str, ...]
    origin_containers: tuple[str, ...]
    records_container: str
    issuer: str = ISSUER_OF_GITHUB
    issuer_keys: str = ""
    repository_ids: frozenset[str] = frozenset()
    promotion_claims: Mapping[str, str] = field(default_factory=dict)
    smoke_limits: SmokeLimits = field(default_factory=SmokeLimits)
    guard_enforces: bool = False
    guarded_definitions: frozenset[str] = frozenset()

    @property
    def heartbeat_container(self) -> str:
        """Beside the container of records; builds may read it."""
        return f"{self.records_container.rstrip('/').rpartition('/')[0]}/heartbeat"

    @property
    def origin_rules(self) -> OriginRules:
        """Whose proofs count."""
        return OriginRules(
            issuer=self.issuer,
            issuer_keys=self.issuer_keys,
            repositories=self.repositories,
            repository_ids=self.repository_ids,
            workflows=self.workflows,
            promoted_refs=self.promoted_refs,
            claims=self.promotion_claims,
        )


def load_function_settings(environment: Mapping[str, str]) -> FunctionSettings:
    """Settings from the application settings.

    Raises:
        InputError: with every variable that is missing or has the wrong shape.
    """
    lists = {name: words(environment.get(name)) for name in _SHAPES}
    subscription_id = environment.get(_SUBSCRIPTION) or environment.get("AZURE_SUBSCRIPTION_ID") or ""
    faults = [
        *_missing(
            {
                _SUBSCRIPTION: subscription_id,
                **{name: lists[name] for name in (_TEMPLATES, _REPOSITORIES, _WORKFLOWS, _ORIGIN, _RECORDS)},
            }
        ),
        *_misshapen(lists),
    ]
    smoke_limits, misshapen_limits = read_smoke_limits(environment)
    faults += misshapen_limits
    pending_limit_s = 0
    try:
        pending_limit_s = parse_duration(environment.get(_LIMIT) or _DEFAULT_LIMIT)
    except ValueError as error:
        faults.append(InputFault(message=str(error), path=_LIMIT))
    if faults:
        raise InputError(faults, hint="Set them on the Function app; templates/azure/function.json shows how.")
    return FunctionSettings(
        arm_endpoint=(environment.get("IMAGEGATE_ARM_ENDPOINT") or BY_NAME["arm-endpoint"].default or "").rstrip("/"),
        subscription_id=subscription_id,
        template_groups=lists[_TEMPLATES],
        gallery_groups=lists[_GALLERIES] or lists[_TEMPLATES],
        smoke_group=next(iter(lists[_SMOKE]), f"{lists[_TEMPLATES][0]}-smoke"),
        repositories=frozenset(name.lower() for name in lists[_REPOSITORIES]),
        promoted_refs=lists[_REFS],
        pending_limit_s=pending_limit_s,
        verdict_topic=next(iter(lists[_TOPIC]), ""),
        workflows=lists[_WORKFLOWS],
        origin_containers=lists[_ORIGIN],
        records_container=lists[_RECORDS][0],
        issuer=next(iter(lists[_ISSUER]), ISSUER_OF_GITHUB).rstrip("/"),
        issuer_keys=environment.get(_ISSUER_KEYS, "").strip(),
        repository_ids=frozenset(lists[_IDS]),
        promotion_claims=dict(pair.split("=", 1) for pair in lists[_CLAIMS]),
        smoke_limits=smoke_limits,
        guard_enforces=lists[_GUARD] == ("enforce",),
        guarded_definitions=frozenset(name.lower() for name in lists[_GUARDED]),
    )


def _missing(needed: Mapping[str, object]) -> list[InputFault]:
    message = "the application setting is missing or empty"
    return [InputFault(message=message, path=name) for name, given in needed.items() if not given]


def _misshapen(lists: Mapping[str, tuple[str, ...]]) -> list[InputFault]:
    return [
        InputFault(message=f'"{value}" does not have the right shape', path=name, hint=_SHAPES[name][1])
        for name, values in lists.items()
        for value in values
        if not re.fullmatch(_SHAPES[name][0], value)
    ]
