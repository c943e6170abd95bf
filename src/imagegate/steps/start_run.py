"""Start a run of a template and make sure that it is ours."""

from collections.abc import Callable
from dataclasses import dataclass

from imagegate.errors import Inconclusive, ResourceConflict, ServiceError
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, Run, Stamp
from imagegate.waiting import Deadline, Look, poll

_RECOGNITION_S = 300
"""How long a run may take to show in the template after the service took the request."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A run of ours, and how often the service wants to be asked about it (None when it does not say)."""

    run: Run
    retry_after_s: float | None


def is_ours(template: ImageTemplate, before: Run | None, stamp: Stamp) -> bool:
    """Whether the template's run is ours: newer than the one before we asked, and under our stamp.

    Runs have no id. Source: `lastRunStatus` tells the newest run only.
    """
    return (
        template.run is not None
        and template.run.newer_than(before)
        and template.run != before
        and template.stamp == stamp
    )


def start_run(
    templates: ImageTemplates,
    name: str,
    *,
    before: Run | None,
    stamp: Stamp,
    deadline: Deadline,
    note: Callable[[str], None],
) -> Started | None:
    """Start a run and recognise it; None when another run was quicker.

    The pipeline repeats the request after a 5xx, so neither an error nor a conflict proves that nothing was started:
    the template decides.

    Raises:
        ServiceError: the request failed, and no run of ours appeared.
    """
    problem: ServiceError | Inconclusive | None = None
    retry_after_s = None
    try:
        retry_after_s = templates.start_run(name)
    except ResourceConflict as conflict:
        problem = conflict
    except (ServiceError, Inconclusive) as error:
        note(f"the request to run was not answered well; looking whether a run began: {error.message.splitlines()[0]}")
        problem = error
    patience_s = _RECOGNITION_S if problem is None else 30
    patience = Deadline.after(min(patience_s, deadline.remaining_s), deadline.clock)

    def look() -> Look[ImageTemplate]:
        found = templates.find(name)
        if found is not None and found.run is not None and found.run != before and found.run.newer_than(before):
            return Look(value=found)
        # What was asked for and refused will not show later; a conflict is settled by what runs now.
        settled = isinstance(problem, ResourceConflict) and found is not None
        return Look(value=found if settled else None)

    try:
        seen = poll(look, deadline=patience, what="the run to begin", interval_s=10, first_interval_s=0.3)
    except ServiceError as late:
        raise (problem or late) from late
    if is_ours(seen, before, stamp) and seen.run is not None:
        return Started(run=seen.run, retry_after_s=retry_after_s)
    if isinstance(problem, ResourceConflict) and not seen.running:
        raise problem
    return None
