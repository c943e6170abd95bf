"""Nothing is left."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    left = value_at(recording.one("left/everything").body, "left") or []
    return Seen(text="; ".join(left) or "nothing", agrees=not left)


BELIEF = Belief(
    id="Z1",
    step=24,
    sentence="Once its groups, roles and assignments are deleted nothing of a run is left in the subscription.",
    source="Resource Manager: deleting a resource group; Image Builder: staging groups go with their template",
    expected="nothing",
    judge=_judge,
    otherwise=Otherwise(label="left/everything", place="left", value=["resource group IT_acceptance"]),
)
