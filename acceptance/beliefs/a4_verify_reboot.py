"""A machine can be verified again after a restart."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    done = recording.one("verify-reboot/outcome")
    text = f"exit code {done.status}, {value_at(done.body, 'verdict')}, {done.seconds:.0f} s"
    return Seen(text=text, agrees=done.status == 0 and value_at(done.body, "verdict") == "passed")


BELIEF = Belief(
    id="A4r",
    step=17,
    sentence="A fresh VM of the version is reached again after a restart, and passes.",
    source="review A4",
    expected="exit code 0, passed",
    judge=_judge,
    otherwise=Otherwise(label="verify-reboot/outcome", status=8),
)
