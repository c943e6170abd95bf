"""A version is published during its run."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at
from imagegate.model import parse_time


def _judge(recording: Recording) -> Seen:
    run = value_at(recording.one("build/outcome").body, "run") or {}
    began = parse_time(run.get("started_at"))
    ended = parse_time(run.get("ended_at"))
    published = parse_time(value_at(recording.one("build/version").body, "properties.publishingProfile.publishedDate"))
    if not (began and ended and published):
        return Seen(text=f"run {began} to {ended}, published {published}", agrees=False)
    text = f"{(published - began).total_seconds():.0f} s after the start"
    return Seen(text=text, agrees=began <= published <= ended)


BELIEF = Belief(
    id="D1",
    step=9,
    sentence="A version's publishedDate lies between the start and the end of the run that made it.",
    source="what signing compares (docs/decisions.md)",
    expected="between start and end",
    judge=_judge,
    otherwise=Otherwise(
        label="build/version",
        place="properties.publishingProfile.publishedDate",
        value="2020-01-01T00:00:00+00:00",
    ),
)
