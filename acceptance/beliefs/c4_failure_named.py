"""The failing customizer is found."""

import json

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording

_BUILD_FAILED = 3  # an exit code of imagegate


def _judge(recording: Recording) -> Seen:
    done = recording.one("fail/outcome")
    if done.status != _BUILD_FAILED:
        raise NotRecorded(f"the build ended with exit code {done.status}")
    told = json.dumps(done.body or {})
    found = "acceptance-fails" in told
    return Seen(text="the customizer is named" if found else "the customizer is not named", agrees=found)


BELIEF = Belief(
    id="C4",
    step=11,
    sentence="From message and log the product finds which customizer failed.",
    source="src/imagegate/diagnosis; Image Builder's log format",
    expected="the customizer is named",
    judge=_judge,
    otherwise=Otherwise(label="fail/outcome", place="", value={"message": "The build failed."}),
)
