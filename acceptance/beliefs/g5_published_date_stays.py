"""A PATCH leaves publishedDate as it is."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at

_LABELS = ("promote/before", "promote/alone-after", "promote/with-storage-after", "promote/after-quarantine")


def _judge(recording: Recording) -> Seen:
    dates = [
        str(value_at(recording.one(label).body, "properties.publishingProfile.publishedDate")) for label in _LABELS
    ]
    text = "the same after every change" if len(set(dates)) == 1 else ", ".join(dates)
    return Seen(text=text, agrees=len(set(dates)) == 1 and dates[0] != "None")


BELIEF = Belief(
    id="G5",
    step=18,
    sentence="No change of flags or end of life moves a version's publishedDate.",
    source="the guard relies on it (docs/decisions.md)",
    expected="the same after every change",
    judge=_judge,
    otherwise=Otherwise(
        label="promote/with-storage-after",
        place="properties.publishingProfile.publishedDate",
        value="2026-01-01T00:00:00+00:00",
    ),
)
