"""Role names are unique in a tenant."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording

_CODES = ("RoleDefinitionWithSameNameExists", "RoleDefinitionNameAlreadyExists")


def _judge(recording: Recording) -> Seen:
    asked = recording.one("set-up/role-of-the-same-name")
    return Seen(text=f"{asked.status} {asked.error_code}", agrees=asked.status == 409 and asked.error_code in _CODES)


BELIEF = Belief(
    id="A3",
    step=4,
    sentence="A second role definition with a name that exists is refused.",
    source="azure-docs issue 60446; review A3",
    expected="409 RoleDefinitionWithSameNameExists",
    judge=_judge,
    otherwise=Otherwise(label="set-up/role-of-the-same-name", status=201, place="error", value=None),
)
