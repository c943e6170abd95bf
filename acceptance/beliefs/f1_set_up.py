"""A fresh subscription can be set up at the first try."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    done = recording.one("set-up/outcome")
    return Seen(text=f"exit code {done.status} after {done.seconds:.0f} s", agrees=done.status == 0)


BELIEF = Belief(
    id="F1",
    step=4,
    sentence="`imagegate setup` makes everything in a subscription that has none of it, at the first try.",
    source="review L6: a role and its assignment in one deployment",
    expected="exit code 0",
    judge=_judge,
    otherwise=Otherwise(label="set-up/outcome", status=7),
)
