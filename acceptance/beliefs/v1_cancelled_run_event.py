"""A cancelled run is an event as well."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording

_ENDS = {"ResourceActionCancel", "ResourceActionFailure"}


def _judge(recording: Recording) -> Seen:
    template = recording.one("cancel/template-after").path.rsplit("/", 1)[-1].lower()
    kinds = {
        str(one.body.get("type")).rsplit(".", 1)[-1]
        for one in recording.some("events/delivered")
        if template in str(one.body.get("subject", "")).lower() and "Action" in str(one.body.get("type"))
    }
    return Seen(text=", ".join(sorted(kinds)) or "no event", agrees=bool(kinds & _ENDS))


BELIEF = Belief(
    id="V1c",
    step=15,
    sentence="A cancelled run ends with the event ResourceActionCancel or ResourceActionFailure.",
    source="Event Grid, Azure subscriptions as a source; review V1",
    expected="one of the two",
    judge=_judge,
    otherwise=Otherwise(
        label="events/delivered",
        place="type",
        change=lambda kind: str(kind).replace("ResourceActionCancel", "ResourceActionSuccess"),
    ),
)
