"""The serial log can be read."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    done = recording.one("verify-public-ip/outcome")
    if value_at(done.body, "verdict") is None:
        raise NotRecorded("the verification came to no verdict")
    log = value_at(done.body, "serial_log")
    return Seen(text="read" if log else "not read", agrees=bool(log))


BELIEF = Belief(
    id="V8",
    step=17,
    sentence="The serial log of a VM with managed boot diagnostics can be read before the VM goes.",
    source="Virtual Machines - Retrieve Boot Diagnostics Data; review V8",
    expected="read",
    judge=_judge,
    otherwise=Otherwise(label="verify-public-ip/outcome", place="serial_log", value=None),
)
