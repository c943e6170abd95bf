"""The event of a run comes when it has ended."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording
from acceptance.places import value_at
from imagegate.model import parse_time

_SLACK_S = 5.0


def _judge(recording: Recording) -> Seen:
    built = recording.one("verdict/outcome")
    if built.status != 0:
        raise NotRecorded(f"the build for the Function ended with exit code {built.status}")
    ended = parse_time(value_at(built.body, "run.ended_at"))
    template = str(value_at(built.body, "template_id")).rsplit("/", 1)[-1].lower()
    events = [
        one.body
        for one in recording.some("events/delivered")
        if template in str(one.body.get("subject", "")).lower() and "Action" in str(one.body.get("type"))
    ]
    times = [parse_time(one.get("time")) for one in events if str(one.get("type", "")).endswith("ActionSuccess")]
    if not ended or not times:
        return Seen(text=f"{len(times)} events ActionSuccess, run ended {ended}", agrees=False)
    late = [(moment - ended).total_seconds() for moment in times if moment]
    return Seen(text=", ".join(f"{one:+.1f} s" for one in late), agrees=max(late) >= -_SLACK_S)


BELIEF = Belief(
    id="V1",
    step=15,
    sentence="ResourceActionSuccess of a run comes when the run has ended, with the template in its subject.",
    source="azure-rest-api-specs issue 7023; review V1",
    expected="not earlier than the run's end",
    judge=_judge,
    otherwise=Otherwise(label="events/delivered", place="time", value="2020-01-01T00:00:00Z"),
)
