"""A template says when it was made and changed."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at
from imagegate.model import parse_time


def _judge(recording: Recording) -> Seen:
    data = value_at(recording.one("build/template").body, "systemData") or {}
    there = [name for name in ("createdAt", "lastModifiedAt") if parse_time(data.get(name))]
    return Seen(text=", ".join(there) or "no systemData", agrees=len(there) == 2)


BELIEF = Belief(
    id="S1",
    step=8,
    sentence="Image templates carry systemData with createdAt and lastModifiedAt.",
    source="Resource Manager, common system metadata; the comparison after a run relies on it",
    expected="createdAt, lastModifiedAt",
    judge=_judge,
    otherwise=Otherwise(label="build/template", place="systemData", value={"createdAt": "2026-01-01T00:00:00Z"}),
)
