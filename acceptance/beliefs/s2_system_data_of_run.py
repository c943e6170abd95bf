"""A run is no write."""

from acceptance.belief import Belief, Otherwise, Seen
from acceptance.exchange import Recording
from acceptance.places import value_at


def _judge(recording: Recording) -> Seen:
    reads = recording.some("fail/product", method="GET", path=r"/imageTemplates/[^/]+$")
    running = [one.body for one in reads if value_at(one.body, "properties.lastRunStatus")]
    after = recording.one("fail/template").body
    times = {str(value_at(body, "systemData.lastModifiedAt")) for body in (*running, after)}
    return Seen(
        text=f"{len(times)} different: {', '.join(sorted(times))}", agrees=len(times) == 1 and "None" not in times
    )


BELIEF = Belief(
    id="S2",
    step=11,
    sentence="Neither a run nor its end changes a template's lastModifiedAt.",
    source="Resource Manager, common system metadata; the comparison after a run relies on it",
    expected="one value from the run's start to after its end",
    judge=_judge,
    otherwise=Otherwise(
        label="fail/product",
        method="GET",
        path=r"/imageTemplates/[^/]+$",
        place="systemData.lastModifiedAt",
        value="2020-01-01T00:00:00Z",
    ),
)
