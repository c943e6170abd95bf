"""The event wakes the Function, and it verifies."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    found = recording.one("verdict/version")
    verdict = value_at(found.body, "tags.imagegate-verdict")
    built = recording.one("verdict/outcome")
    text = f"{verdict or 'no verdict'}, {found.at - built.at - built.seconds:.0f} s after the build"
    return Seen(text=text, agrees=verdict == "passed")


BELIEF = Belief(
    id="E1",
    step=16,
    sentence="The event of a build wakes the Function; it boots the version, probes it and leaves its verdict.",
    source="templates/azure/function.json; review V3",
    expected="passed",
    judge=_judge,
    otherwise=Otherwise(label="verdict/version", place="tags.imagegate-verdict", value="inconclusive"),
)
