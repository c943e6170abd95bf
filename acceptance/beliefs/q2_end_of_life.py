"""An end of life is kept."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at
from imagegate.model import parse_time


def _judge(recording: Recording) -> Seen:
    wished = value_at(recording.one("promote/wish").body, "end_of_life")
    kept = value_at(recording.one("promote/after-quarantine").body, "properties.publishingProfile.endOfLifeDate")
    return Seen(text=f"wished {wished}, kept {kept}", agrees=bool(kept) and parse_time(kept) == parse_time(wished))


BELIEF = Belief(
    id="Q2",
    step=19,
    sentence="A version keeps the end of life that a PATCH gives it.",
    source="Gallery Image Versions - Update, 2023-07-03",
    expected="the date that was sent",
    judge=_judge,
    otherwise=Otherwise(
        label="promote/after-quarantine", place="properties.publishingProfile.endOfLifeDate", value=None
    ),
)
