"""The Function is set up at the first try."""

from collections import Counter

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    done = recording.one("function/outcome")
    asked = recording.all("function/product", path=r"/api/(publish|deployments)")
    refused = Counter(one.status for one in asked if one.status >= 400)
    counted = ", ".join(f"{count} x {status}" for status, count in sorted(refused.items())) or "no refusal"
    return Seen(
        text=f"exit code {done.status} after {done.seconds:.0f} s; publishing: {counted}", agrees=done.status == 0
    )


BELIEF = Belief(
    id="A5",
    step=13,
    sentence="`imagegate setup --function` publishes to an app that was made seconds ago, at the first try.",
    source="azure-dev issue 8026; review A5",
    expected="exit code 0",
    judge=_judge,
    otherwise=Otherwise(label="function/outcome", status=7),
)
