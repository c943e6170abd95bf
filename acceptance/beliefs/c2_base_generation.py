"""Generation and architecture of the base."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    body = recording.one("subscription/base").body
    found = (value_at(body, "properties.hyperVGeneration"), value_at(body, "properties.architecture"))
    return Seen(text=f"{found[0]}, {found[1]}", agrees=found == ("V2", "x64"))


BELIEF = Belief(
    id="C2",
    step=2,
    sentence="The base is what the image definition says: second generation, x64.",
    source="Virtual Machine Images - Get; imagegate.yaml's defaults",
    expected="V2, x64",
    judge=_judge,
    otherwise=Otherwise(label="subscription/base", place="properties.hyperVGeneration", value="V1"),
)
