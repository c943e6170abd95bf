"""A version is promoted by a PATCH of publishingProfile and the storageProfile that was read."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at, values_at


def _judge(recording: Recording) -> Seen:
    asked, after = recording.one("promote/with-storage"), recording.one("promote/with-storage-after")
    whole = value_at(after.body, "properties.publishingProfile.excludeFromLatest") or False
    regional = values_at(after.body, "properties.publishingProfile.targetRegions[].excludeFromLatest")
    state = value_at(after.body, "properties.provisioningState")
    text = f"{asked.status} {asked.error_code}, {state}, then globally {whole}, by region {regional}"
    return Seen(
        text=text, agrees=asked.status in (200, 202) and state == "Succeeded" and not whole and not any(regional)
    )


BELIEF = Belief(
    id="L2s",
    step=18,
    sentence="A PATCH that also sends the storageProfile back shows a version to `latest`, globally and by region.",
    source="Gallery Image Versions - Update, 2023-07-03; review L2",
    expected="200 or 202, Succeeded, false everywhere",
    judge=_judge,
    otherwise=Otherwise(label="promote/with-storage", status=403),
)
