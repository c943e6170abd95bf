"""Resource Manager knows every action of our roles."""

from fnmatch import fnmatchcase

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.template_parts import role_actions


def _judge(recording: Recording) -> Seen:
    unknown = [
        f"{action} ({kind})"
        for kind in ("actions", "dataActions")
        for action in sorted(role_actions(kind))
        if not _is_known(recording, kind, action)
    ]
    return Seen(text=", ".join(unknown) or "all are known", agrees=not unknown)


def _is_known(recording: Recording, kind: str, action: str) -> bool:
    listed = recording.one(f"subscription/operations-{action.partition('/')[0]}").body
    return any(fnmatchcase(str(name).lower(), action.lower()) for name in listed[kind])


BELIEF = Belief(
    id="R1",
    step=3,
    sentence="Every action of the roles in templates/azure exists; an unknown one refuses the whole role.",
    source="Provider Operations Metadata - Get; review, section 5",
    expected="all are known",
    judge=_judge,
    otherwise=Otherwise(label="subscription/operations-Microsoft.Compute", place="actions", value=[]),
)
