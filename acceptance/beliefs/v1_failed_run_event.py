"""A run that fails is an event as well."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    template = recording.one("fail/template").path.rsplit("/", 1)[-1].lower()
    kinds = {
        str(one.body.get("type")).rsplit(".", 1)[-1]
        for one in recording.some("events/delivered")
        if template in str(one.body.get("subject", "")).lower() and "Action" in str(one.body.get("type"))
    }
    return Seen(text=", ".join(sorted(kinds)) or "no event", agrees="ResourceActionFailure" in kinds)


BELIEF = Belief(
    id="V1b",
    step=15,
    sentence="A failed run ends with the event ResourceActionFailure.",
    source="Event Grid, Azure subscriptions as a source; review V1",
    expected="ResourceActionFailure",
    judge=_judge,
    otherwise=Otherwise(
        label="events/delivered",
        place="type",
        change=lambda kind: str(kind).replace("ResourceActionFailure", "ResourceActionSuccess"),
    ),
)
