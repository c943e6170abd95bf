"""A cancelled run ends as Canceled."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    asked, ended = recording.one("cancel/cancel"), recording.one("cancel/template-after")
    state = value_at(ended.body, "properties.lastRunStatus.runState")
    text = f"{asked.status}, then {state} after {ended.at - asked.at:.0f} s"
    return Seen(text=text, agrees=asked.status in (202, 204) and state == "Canceled")


BELIEF = Belief(
    id="X1",
    step=12,
    sentence="A cancelled run ends as Canceled.",
    source="Image Builder, cancel: template reference; review V9",
    expected="202, then Canceled",
    judge=_judge,
    otherwise=Otherwise(label="cancel/template-after", place="properties.lastRunStatus.runState", value="Succeeded"),
)
