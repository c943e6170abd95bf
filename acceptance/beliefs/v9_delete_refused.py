"""The deletion of a running template is refused."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording


def _judge(recording: Recording) -> Seen:
    asked = recording.one("cancel/delete")
    return Seen(text=f"{asked.status} {asked.error_code}", agrees=asked.status == 409)


BELIEF = Belief(
    id="V9c",
    step=8,
    sentence="The deletion of a template is refused while its run goes on.",
    source="Image Builder, recorded refusals of 2022; review V9",
    expected="409",
    judge=_judge,
    otherwise=Otherwise(label="cancel/delete", status=202),
)
