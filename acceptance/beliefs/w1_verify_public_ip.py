"""A machine can be verified by its public address."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    done = recording.one("verify-public-ip/outcome")
    text = f"exit code {done.status}, {value_at(done.body, 'verdict')}, {done.seconds:.0f} s"
    return Seen(text=text, agrees=done.status == 0 and value_at(done.body, "verdict") == "passed")


BELIEF = Belief(
    id="W1",
    step=17,
    sentence="A fresh VM of the version is reached by its public address, and passes.",
    source="docs/imagegate-yaml.md, smoke.reach",
    expected="exit code 0, passed",
    judge=_judge,
    otherwise=Otherwise(label="verify-public-ip/outcome", status=8),
)
