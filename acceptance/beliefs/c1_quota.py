"""The region's quota is enough for what runs at one time."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at

_CORES_NEEDED = 4


def _judge(recording: Recording) -> Seen:
    body = recording.one("subscription/usages").body
    listed = [entry for entry in body["value"] if value_at(entry, "name.value") == "cores"]
    if not listed:
        return Seen(text="no entry `cores`", agrees=False)
    left = int(listed[0]["limit"]) - int(listed[0]["currentValue"])
    return Seen(text=f"{left} cores left", agrees=left >= _CORES_NEEDED)


BELIEF = Belief(
    id="C1",
    step=1,
    sentence="A subscription's quota lets a build VM and a smoke VM of two cores run at one time.",
    source="Image Builder and Compute quotas; review L7",
    expected="at least 4 cores left in the region",
    judge=_judge,
    otherwise=Otherwise(label="subscription/usages", place="value[].currentValue", value=1_000_000),
)
