"""Every type of our templates is known in its version."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at
from acceptance.template_parts import template_types


def _judge(recording: Recording) -> Seen:
    unknown = [
        f"{kind}@{version}" for kind, version in sorted(template_types()) if not _is_known(recording, kind, version)
    ]
    return Seen(text=", ".join(unknown) or "all are known", agrees=not unknown)


def _is_known(recording: Recording, kind: str, version: str) -> bool:
    """By its own entry; a child that the provider does not list goes by its parent's."""
    namespace, _, rest = kind.partition("/")
    listed = values_at(recording.one(f"set-up/types-{namespace}").body, "resourceTypes[]")
    versions = {str(one.get("resourceType", "")).lower(): one.get("apiVersions", []) for one in listed}
    name = rest.lower()
    while name not in versions and "/" in name:
        name = name.rpartition("/")[0]
    return version in versions.get(name, [])


BELIEF = Belief(
    id="R2",
    step=3,
    sentence="Every resource type of templates/azure can be asked for in the api-version that is written there.",
    source="Providers - Get; review, section 5",
    expected="all are known",
    judge=_judge,
    otherwise=Otherwise(label="set-up/types-Microsoft.Compute", place="resourceTypes", value=[]),
    not_local="the local cloud lists only some types, without all their versions",
)
