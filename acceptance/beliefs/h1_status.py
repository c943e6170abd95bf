"""A commit status is closed by its context."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording

_CONTEXT = "imagegate/acceptance"


def _judge(recording: Recording) -> Seen:
    posted = recording.one("github/close-status")
    listed = [one for one in recording.one("github/statuses").body if one.get("context") == _CONTEXT]
    newest = str(listed[0].get("state")) if listed else "none"
    return Seen(text=f"{posted.status}, the newest is {newest}", agrees=posted.status == 201 and newest == "success")


BELIEF = Belief(
    id="H1",
    step=22,
    sentence="A second status of a context closes the first: the list shows the newest first.",
    source="GitHub REST, commit statuses; review A9",
    expected="201, the newest is success",
    judge=_judge,
    otherwise=Otherwise(label="github/statuses", place="[].state", value="pending"),
)
