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
    namespace, _, rest = kind.partition("/")
    listed = recording.one(f"set-up/types-{namespace}").body
    return any(
        str(one.get("resourceType", "")).lower() == rest.lower() and version in one.get("apiVersions", [])
        for one in values_at(listed, "resourceTypes[]")
    )


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
