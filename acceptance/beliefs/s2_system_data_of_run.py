"""A run is no write."""

from collections.abc import Iterator

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import NotRecorded, Recording
from acceptance.places import value_at

_TEMPLATE = r"/imageTemplates/[^/]+$"


def _judge(recording: Recording) -> Seen:
    during = set(_times(recording, "build/template", "Running"))
    after = set(_times(recording, "build/product", "Succeeded"))
    if not after:
        raise NotRecorded("the template was not read after its run")
    times = during | after
    return Seen(text=f"{len(times)} different: {', '.join(sorted(times))}", agrees=len(times) == 1)


def _times(recording: Recording, label: str, state: str) -> Iterator[str]:
    for one in recording.some(label, method="GET", path=_TEMPLATE):
        moment = value_at(one.body, "systemData.lastModifiedAt")  # whether there is one is another belief
        if moment and value_at(one.body, "properties.lastRunStatus.runState") == state:
            yield str(moment)


BELIEF = Belief(
    id="S2",
    step=8,
    sentence="Neither a run nor its end changes a template's lastModifiedAt.",
    source="Resource Manager, common system metadata; the comparison after a run relies on it",
    expected="one value from the run's start to after its end",
    judge=_judge,
    otherwise=Otherwise(
        label="build/template",
        method="GET",
        path=_TEMPLATE,
        place="systemData.lastModifiedAt",
        value="2020-01-01T00:00:00Z",
    ),
)
