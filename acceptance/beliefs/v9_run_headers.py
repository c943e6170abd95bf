"""The answer to a run says where to ask."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording

_HEADERS = ("azure-asyncoperation", "location")


def _judge(recording: Recording) -> Seen:
    asked = recording.some("build/product", method="POST", path=r"/run$")[-1]
    named = [name for name in _HEADERS if asked.headers.get(name)]
    return Seen(text=f"{asked.status}, {', '.join(named) or 'no header'}", agrees=asked.status == 202 and bool(named))


BELIEF = Belief(
    id="V9e",
    step=8,
    sentence="Resource Manager takes a run with 202 and says where its operation can be asked about.",
    source="Resource Manager, asynchronous operations; recording of 2022",
    expected="202, azure-asyncoperation or location",
    judge=_judge,
    otherwise=Otherwise(label="build/product", method="POST", path=r"/run$", status=200),
)
