"""The sample builds."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    done = recording.one("build/outcome")
    state = value_at(done.body, "run.state") or value_at(done.body, "error.code")
    return Seen(text=f"exit code {done.status}, {state}, {done.seconds:.0f} s", agrees=done.status == 0)


BELIEF = Belief(
    id="B1",
    step=7,
    sentence="Image Builder takes the sample's template, runs it and puts a version into the gallery.",
    source="Image Builder, template reference 2024-02-01; review A2: the pair of base and definition",
    expected="exit code 0",
    judge=_judge,
    otherwise=Otherwise(label="build/outcome", status=3),
)
