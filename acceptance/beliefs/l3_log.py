"""The build log can be read."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording
from acceptance.places import value_at

_AFTER_A_RUN = (0, 3)  # exit codes of imagegate


def _judge(recording: Recording) -> Seen:
    done = recording.one("build/outcome")
    if done.status not in _AFTER_A_RUN:
        raise NotRecorded("the build did not come to a run")
    log = value_at(done.body, "customization_log")
    keys = recording.all("build/product", method="POST", path=r"/listKeys$")
    by = f"an account key ({keys[-1].status})" if keys else "the principal's own right"
    return Seen(text=f"{'read' if log else 'not read'}, by {by}", agrees=bool(log))


BELIEF = Belief(
    id="L3",
    step=7,
    sentence="Who builds may read the customization log in the template's staging group.",
    source="Image Builder, troubleshooting; review L3",
    expected="read",
    judge=_judge,
    otherwise=Otherwise(label="build/outcome", place="customization_log", value=None),
)
