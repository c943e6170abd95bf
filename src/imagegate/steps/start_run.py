"""Start the run of a job's own template, and see it begin."""

from collections.abc import Callable
from dataclasses import dataclass

from imagegate.errors import Inconclusive, ResourceConflict, ServiceError
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, Run
from imagegate.waiting import Deadline, Look, poll

_RECOGNITION_S = 300
"""How long a run may take to show in the template after the service took the request."""
_RECOGNITION_AFTER_ERROR_S = 30


@dataclass(frozen=True, kw_only=True)
class Started:
    """The run, and how often the service wants to be asked about it (None when it does not say)."""

    run: Run
    retry_after_s: float | None


def start_run(templates: ImageTemplates, name: str, *, deadline: Deadline, note: Callable[[str], None]) -> Started:
    """Start a run, and return it once the template shows it.

    The pipeline repeats the request after a 5xx, so neither an error nor a conflict proves that nothing was started:
    the template decides. It had no run before, and nobody else knows its name.

    Raises:
        ServiceError: the request failed, and no run appeared.
    """
    problem: ServiceError | Inconclusive | None = None
    retry_after_s = None
    try:
        retry_after_s = templates.start_run(name)
    except ResourceConflict as conflict:
        problem = conflict
    except (ServiceError, Inconclusive) as error:
        note(f"the request to run failed; looking whether a run began: {error.message.splitlines()[0]}")
        problem = error
    patience_s = _RECOGNITION_S if problem is None else _RECOGNITION_AFTER_ERROR_S
    patience = Deadline.after(min(patience_s, deadline.remaining_s), deadline.clock)

    def look() -> Look[ImageTemplate]:
        found = templates.find(name)
        return Look(value=found if found is not None and found.run is not None else None)

    try:
        seen = poll(look, deadline=patience, what="the run to begin", interval_s=10, first_interval_s=0.3)
    except ServiceError as late:
        raise (problem or late) from late
    assert seen.run is not None  # noqa: S101 - looked for
    return Started(run=seen.run, retry_after_s=retry_after_s)
