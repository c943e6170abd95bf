"""A customizer that fails ends the run as Failed, with its log named."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    done = recording.one("fail/outcome")
    template = recording.one("fail/template").body
    state = value_at(template, "properties.lastRunStatus.runState")
    message = str(value_at(template, "properties.lastRunStatus.message") or "")
    text = f"exit code {done.status}, {state}, log {'named' if 'packerlogs' in message else 'not named'}"
    return Seen(text=text, agrees=done.status == 3 and state == "Failed" and "packerlogs" in message)


BELIEF = Belief(
    id="C3",
    step=11,
    sentence="A customizer that exits with 7 ends the run as Failed, and the message names the log's blob.",
    source="Image Builder, troubleshooting: customization log",
    expected="exit code 3, Failed, log named",
    judge=_judge,
    otherwise=Otherwise(label="fail/template", place="properties.lastRunStatus.runState", value="Succeeded"),
)
