"""System topics take an identity."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at, values_at


def _judge(recording: Recording) -> Seen:
    topics = values_at(recording.one("function/topics").body, "value[]")
    states = [
        f"{value_at(one, 'location')} {value_at(one, 'properties.provisioningState')} "
        f"{'with' if value_at(one, 'identity.userAssignedIdentities') else 'without'} identity"
        for one in topics
    ]
    good = bool(states) and all(state == "global Succeeded with identity" for state in states)
    return Seen(text="; ".join(states) or "no topic", agrees=good)


BELIEF = Belief(
    id="V2",
    step=15,
    sentence="A global system topic of a resource group takes a user-assigned identity for its dead letters.",
    source="Event Grid, managed identities for system topics (2021-11); review V2",
    expected="global Succeeded with identity",
    judge=_judge,
    otherwise=Otherwise(label="function/topics", place="value[].identity", value=None),
)
