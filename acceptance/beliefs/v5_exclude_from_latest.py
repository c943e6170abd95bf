"""excludeFromLatest of the distributor is the version's."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at, values_at


def _judge(recording: Recording) -> Seen:
    body = recording.one("build/version").body
    whole = value_at(body, "properties.publishingProfile.excludeFromLatest")
    regional = values_at(body, "properties.publishingProfile.targetRegions[].excludeFromLatest")
    hidden = whole is True or (bool(regional) and all(regional))
    return Seen(text=f"globally {whole}, by region {regional}", agrees=hidden)


BELIEF = Belief(
    id="V5",
    step=9,
    sentence="A version of a distributor with excludeFromLatest is hidden, globally or in every region.",
    source="Image Builder, distribute: SharedImage; packer-plugin-azure issue 433; review V5",
    expected="true globally, or in every region",
    judge=_judge,
    otherwise=Otherwise(label="build/version", place="properties.publishingProfile.excludeFromLatest", value=False),
)
