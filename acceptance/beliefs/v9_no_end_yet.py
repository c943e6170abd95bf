"""A run that goes on has no end."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at

_NONE = "0001-01-01"


def _judge(recording: Recording) -> Seen:
    running = [
        one.body
        for one in recording.some("build/template")
        if value_at(one.body, "properties.lastRunStatus.runState") == "Running"
    ]
    ends = {str(value_at(body, "properties.lastRunStatus.endTime") or "absent") for body in running}
    good = bool(running) and all(end == "absent" or end.startswith(_NONE) for end in ends)
    return Seen(text=", ".join(sorted(ends)) or "no run was seen", agrees=good)


BELIEF = Belief(
    id="V9d",
    step=8,
    sentence="While a run goes on its endTime is absent or Go's zero time.",
    source="recording of 2022-03; review V9",
    expected="absent, or 0001-01-01T00:00:00Z",
    judge=_judge,
    otherwise=Otherwise(label="build/template", place="properties.lastRunStatus.endTime", value="2026-01-01T00:00:00Z"),
)
