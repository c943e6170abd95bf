"""A write changes lastModifiedAt alone."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at
from imagegate.model import parse_time

_LABELS = ("fail/template", "fail/template-after-patch")


def _judge(recording: Recording) -> Seen:
    before, after = (value_at(recording.one(label).body, "systemData") or {} for label in _LABELS)
    moved = parse_time(after.get("lastModifiedAt")) != parse_time(before.get("lastModifiedAt"))
    kept = bool(after.get("createdAt")) and after.get("createdAt") == before.get("createdAt")
    text = f"lastModifiedAt {'changed' if moved else 'stayed'}, createdAt {'stayed' if kept else 'changed or absent'}"
    return Seen(text=text, agrees=moved and kept)


BELIEF = Belief(
    id="S3",
    step=11,
    sentence="A PATCH changes a template's lastModifiedAt and leaves createdAt.",
    source="Resource Manager, common system metadata; the comparison after a run relies on it",
    expected="lastModifiedAt changed, createdAt stayed",
    judge=_judge,
    otherwise=Otherwise(label="fail/template-after-patch", place="systemData.createdAt", value="2020-01-01T00:00:00Z"),
)
