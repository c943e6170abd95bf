"""A version can be hidden again."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at, values_at


def _judge(recording: Recording) -> Seen:
    body = recording.one("promote/after-quarantine").body
    whole = value_at(body, "properties.publishingProfile.excludeFromLatest")
    regional = values_at(body, "properties.publishingProfile.targetRegions[].excludeFromLatest")
    return Seen(
        text=f"globally {whole}, by region {regional}", agrees=whole is True or (bool(regional) and all(regional))
    )


BELIEF = Belief(
    id="Q1",
    step=19,
    sentence="A version that `latest` resolved to can be hidden again.",
    source="Gallery Image Versions - Update, 2023-07-03",
    expected="true globally, or in every region",
    judge=_judge,
    otherwise=Otherwise(
        label="promote/after-quarantine",
        place="properties.publishingProfile",
        change=lambda profile: {**profile, "excludeFromLatest": False, "targetRegions": []},
    ),
)
