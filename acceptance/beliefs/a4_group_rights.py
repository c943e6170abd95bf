"""Operations belong to the subscription."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    asked = recording.one("build/operation-by-least")
    return Seen(text=f"{asked.status} {asked.error_code}", agrees=asked.status == 403)


BELIEF = Belief(
    id="A4",
    step=8,
    sentence="A principal with rights on groups alone may not read the run's operation.",
    source="taskcluster issue 8594; review A4",
    expected="403",
    judge=_judge,
    otherwise=Otherwise(label="build/operation-by-least", status=200),
    not_local="not known yet; the local cloud answers everyone who has the operation's address",
)
