"""What a killed job left, ended by its post step: a run that would go on unseen, a smoke VM that would cost money."""

from datetime import datetime

from imagegate.flows.sweep import Swept, sweep
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ResourceId
from imagegate.report.progress import Progress
from imagegate.waiting import Deadline

_CANCEL_TIMEOUT_S = 60


def cancel_left_run(cloud: Cloud, template_id: ResourceId, run: str, progress: Progress) -> bool:
    """Ask for the end of the template's run if it is the job's own and goes on; whether that was asked.

    A run that somebody else started meanwhile, or that has ended, is left alone.
    """
    templates = ImageTemplates(cloud, template_id.resource_group)
    found = templates.find(template_id.name)
    if found is None or not found.running:
        progress.note(f"no run of {template_id.name} goes on")
        return False
    if found.stamp.run != run:
        progress.note(f"the run of {template_id.name} is of {found.stamp.run or 'somebody else'}; it goes on")
        return False
    progress.undoing(f"cancelling the run of {template_id.name}")
    templates.cancel_run(template_id.name, timeout_s=_CANCEL_TIMEOUT_S)
    return True


def cancel_stamped_runs(cloud: Cloud, resource_group: str, run: str, image: str, progress: Progress) -> int:
    """Ask for the end of every run in the group that carries this job's run and image in its stamp; how many."""
    found = [
        template
        for template in (BuildState(cloud).templates(resource_group) if run else ())
        if template.running and (template.stamp.run, template.stamp.image) == (run, image)
    ]
    if not found:
        progress.note(f"no run of {image} goes on")
    return sum(cancel_left_run(cloud, template.id, run, progress) for template in found)


def sweep_left_verification(
    cloud: Cloud, resource_group: str, run: str, *, now: datetime, deadline: Deadline, progress: Progress
) -> Swept:
    """Remove the smoke VM of one verification and what belongs to it, expired or not."""
    return sweep(cloud, [resource_group], now=now, deadline=deadline, progress=progress, run=run)
