"""artifactTags become the version's tags."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    sent = recording.some("build/product", method="PUT", path=r"/imageTemplates/[^/]+$")[-1].sent
    wanted = value_at(sent, "properties.distribute[0].artifactTags") or {}
    tags = value_at(recording.one("build/version").body, "tags") or {}
    missing = sorted(name for name, value in wanted.items() if tags.get(name) != value)
    text = f"{len(wanted) - len(missing)} of {len(wanted)}; missing: {', '.join(missing) or 'none'}"
    return Seen(text=text, agrees=bool(wanted) and not missing)


BELIEF = Belief(
    id="V4",
    step=10,
    sentence="A version has every artifactTag of its distributor, as it was sent.",
    source="Image Builder, distribute: artifactTags; review V4",
    expected="all of them",
    judge=_judge,
    otherwise=Otherwise(label="build/version", place="tags", value={"os": "debian-12"}),
)
