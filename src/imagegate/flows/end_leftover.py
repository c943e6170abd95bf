"""What a killed job left, ended by its post step: a run that would go on unseen, a smoke VM that would cost money."""

import contextlib
from datetime import datetime

from imagegate.errors import ImageGateError, ResourceConflict, ResourceMissing
from imagegate.flows.sign_build import sign_build
from imagegate.flows.sweep import Swept, sweep
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, ResourceId, RunState
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.model.verification import innermost_line
from imagegate.report.progress import Progress
from imagegate.steps.read_run_outputs import read_run_outputs
from imagegate.steps.remove_template import remove_template
from imagegate.steps.sign_origin import Signer
from imagegate.waiting import Deadline

_CANCEL_TIMEOUT_S = 60


def end_left_build(
    cloud: Cloud,
    template_id: ResourceId,
    job_key: str,
    progress: Progress,
    *,
    submitted: SubmittedTemplate | None = None,
    signer: Signer | None = None,
) -> bool:
    """End what a build left of the job's own template; whether a run was cancelled.

    A run that goes on is cancelled. Where one succeeded, its versions are signed, if it is known what was sent, and
    the template is removed; so it is where no run began. After a failed run it stays, with the logs, until it expires.
    """
    templates = ImageTemplates(cloud, template_id.resource_group)
    found = templates.find(template_id.name)
    if found is None:
        progress.note(f"{template_id.name} is gone")
        return False
    if not job_key or found.stamp.job_key != job_key:
        progress.note(f"{template_id.name} does not carry this job's key; it stays as it is")
        return False
    if found.running:
        _cancel(templates, found, progress)
        return True
    progress.note(f"no run of {template_id.name} goes on")
    if found.run is None:
        remove_template(templates, template_id.name, note=progress.note)
    elif found.run.state is RunState.SUCCEEDED and submitted is not None and signer is not None:
        _sign(cloud, templates, submitted, signer, progress)
    return False


def end_found_builds(cloud: Cloud, resource_group: str, job_part: str, image: str, progress: Progress) -> int:
    """End what builds of this image left whose key has this job's part; how many runs were cancelled."""
    found = [
        template
        for template in (BuildState(cloud).templates(resource_group) if job_part else ())
        if template.stamp.job_key.startswith(job_part) and template.stamp.image == image
    ]
    if not found:
        progress.note(f"this job left no image template of {image}")
    return sum(end_left_build(cloud, template.id, template.stamp.job_key, progress) for template in found)


def _cancel(templates: ImageTemplates, found: ImageTemplate, progress: Progress) -> None:
    progress.undoing(f"cancelling the run of {found.id.name}")
    with contextlib.suppress(ResourceConflict, ResourceMissing):  # it ended meanwhile, or is being cancelled
        templates.cancel_run(found.id.name, timeout_s=_CANCEL_TIMEOUT_S)


def _sign(
    cloud: Cloud, templates: ImageTemplates, submitted: SubmittedTemplate, signer: Signer, progress: Progress
) -> None:
    try:
        artifacts = read_run_outputs(templates, submitted.id.name, submitted.distribute)
    except ImageGateError as error:
        progress.note(f"not signed: {innermost_line(error.message)}")
        return
    signing = sign_build(cloud, signer, submitted, artifacts, note=progress.note)
    for version_id in signing.signed:
        progress.note(f"signed: {version_id}")
    remove_template(templates, submitted.id.name, note=progress.note)


def sweep_left_verification(
    cloud: Cloud, resource_group: str, run: str, *, now: datetime, deadline: Deadline, progress: Progress
) -> Swept:
    """Remove the smoke VM of one verification and what belongs to it, expired or not."""
    return sweep(cloud, [resource_group], now=now, deadline=deadline, progress=progress, run=run)
