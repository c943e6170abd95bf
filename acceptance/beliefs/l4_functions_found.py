"""The platform finds the functions."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at

_WANTED = {"on_build_event", "reconcile"}


def _judge(recording: Recording) -> Seen:
    listed = values_at(recording.one("function/functions").body, "value[].name")
    found = {str(name).rsplit("/", 1)[-1] for name in listed}
    missing = sorted(_WANTED - found)
    return Seen(text=f"{len(found)} functions; missing: {', '.join(missing) or 'none'}", agrees=not missing)


BELIEF = Belief(
    id="L4",
    step=14,
    sentence="The extension bundle and the library of host.json start, and the functions are found.",
    source="host.json; azure-functions-durable's migration guide; review L4",
    expected="on_build_event and reconcile are listed",
    judge=_judge,
    otherwise=Otherwise(label="function/functions", place="value", value=[]),
)
