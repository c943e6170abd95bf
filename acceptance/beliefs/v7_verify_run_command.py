"""A machine can be verified by a run command, in a subnet without outbound access."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    done = recording.one("verify-run-command/outcome")
    text = f"exit code {done.status}, {value_at(done.body, 'verdict')}, {done.seconds:.0f} s"
    return Seen(text=text, agrees=done.status == 0 and value_at(done.body, "verdict") == "passed")


BELIEF = Belief(
    id="V7",
    step=17,
    sentence="A fresh VM of the version is reached by a run command, in a subnet without outbound access, and passes.",
    source="Managed run commands; review V7",
    expected="exit code 0, passed",
    judge=_judge,
    otherwise=Otherwise(label="verify-run-command/outcome", status=8),
)
