"""The run's outputs name the version."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import values_at


def _judge(recording: Recording) -> Seen:
    outputs = recording.some("build/product", method="GET", path=r"/runOutputs$")[-1]
    ids = [str(one) for one in values_at(outputs.body, "value[].properties.artifactId")]
    kinds = ["a version" if "/versions/" in one else one for one in ids]
    return Seen(text=", ".join(kinds) or "no artifactId", agrees=kinds == ["a version"])


BELIEF = Belief(
    id="O1",
    step=9,
    sentence="A SharedImage distributor's run output names the gallery version as artifactId.",
    source="Image Builder, run outputs, 2024-02-01",
    expected="one version",
    judge=_judge,
    otherwise=Otherwise(
        label="build/product", path=r"/runOutputs$", place="value[].properties.artifactId", value="/subscriptions/x"
    ),
)
