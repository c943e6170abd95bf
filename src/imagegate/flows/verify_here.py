"""Runs the verify story in this process, for a command that waits for its end."""

import uuid
from collections.abc import Mapping
from typing import Any

from imagegate.errors import Interrupted
from imagegate.flows.activities import verify_activities
from imagegate.flows.smoke_one import smoke_one
from imagegate.flows.telling import INTERRUPT
from imagegate.flows.verify import verify_image_version
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.durable import DurableEngine, output_of
from imagegate.model.verification import Verification
from imagegate.report.progress import Progress
from imagegate.waiting import Clock


def verify_here(
    cloud: Cloud, job: dict[str, Any], *, progress: Progress, clock: Clock, teardown_clock: Clock
) -> Verification:
    """Run the orchestration on an engine in this process, and tell its story as it goes.

    `clock` interrupts the story: that becomes the orchestration's `interrupt` event, on which it tears down, under the
    deadline of its own that it has for that. `teardown_clock` interrupts even the teardown; the sweep finds the rest.

    Raises:
        Interrupted: by `teardown_clock`.
    """
    orchestrators = (verify_image_version, smoke_one)
    instance_id = f"verify-{uuid.uuid4().hex}"
    teller = Teller(progress)
    with DurableEngine(orchestrators=orchestrators, activities=verify_activities(lambda: cloud)) as engine:
        engine.start(verify_image_version.__name__, job, instance_id=instance_id)
        try:
            state = engine.watch(instance_id, clock=clock, on_status=teller)
        except Interrupted:
            progress.undoing("interrupted: tearing down; interrupt again to leave it to `imagegate sweep`")
            engine.raise_event(instance_id, INTERRUPT)
            state = engine.watch(instance_id, clock=teardown_clock, on_status=teller)
    return Verification.from_json(output_of(state))


class Teller:
    """Passes on what an orchestration's custom status tells, each event once."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._told: dict[str, int] = {}

    def __call__(self, statuses: Mapping[str, Any]) -> None:
        """Tell what is new, of all orchestrations, in the order in which it happened."""
        fresh: list[dict[str, Any]] = []
        for instance_id, status in statuses.items():
            events, first = status["events"], status["first"]
            fresh += events[max(0, self._told.get(instance_id, 0) - first) :]
            self._told[instance_id] = first + len(events)
        for event in sorted(fresh, key=lambda event: str(event["at"])):
            self._tell(event)

    def _tell(self, event: dict[str, Any]) -> None:
        match event["kind"]:
            case "began":
                self._progress.step_began(event["text"])
            case "ended":
                self._progress.step_ended(event["text"], passed=event["passed"], seconds=event["seconds"])
            case "undoing":
                self._progress.undoing(event["text"])
            case _:
                self._progress.note(event["text"])
