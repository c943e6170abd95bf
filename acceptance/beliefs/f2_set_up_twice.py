"""Set-up again changes nothing."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    first, again = recording.one("set-up/outcome"), recording.one("set-up-again/outcome")
    made = value_at(again.body, "made")
    same = value_at(first.body, "outputs") == value_at(again.body, "outputs")
    text = f"exit code {again.status}, made {made}, outputs {'the same' if same else 'others'}"
    return Seen(text=text, agrees=again.status == 0 and made == [] and same)


BELIEF = Belief(
    id="F2",
    step=4,
    sentence="A second `imagegate setup` finds everything, makes no group and answers the same outputs.",
    source="Resource Manager: deployments are idempotent; guid() names role assignments",
    expected="exit code 0, made [], outputs the same",
    judge=_judge,
    otherwise=Otherwise(label="set-up-again/outcome", place="made", value=["rg"]),
)
