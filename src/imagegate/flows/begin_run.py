"""How a build gets its run: a template of its own, its scripts, the run."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from imagegate.errors import (
    DeadlinePassed,
    ImageGateError,
    Interrupted,
    ResourceConflict,
    ResourceMissing,
    StagingGroupRefused,
)
from imagegate.flows.prepare_build import Prepared
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import EXPIRES_AT_TAG, OWNER, OWNER_TAG
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.find_staging_groups import find_staging_groups
from imagegate.steps.stamp_template import stamped_body
from imagegate.steps.start_run import Started, start_run
from imagegate.steps.submit_template import submit_template
from imagegate.steps.upload_scripts import upload_scripts
from imagegate.teardown import Entry, Ledger
from imagegate.waiting import Deadline

_STAGING = "stagingResourceGroup"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The job's template, as it was sent and noted, and its run."""

    submitted: SubmittedTemplate
    started: Started


type Keep = Callable[[SubmittedTemplate | None], None]
"""Called with what a killed job would leave, each time more of it is known; with None once nothing is left."""


def begin_run(
    settings: Settings,
    cloud: Cloud,
    templates: ImageTemplates,
    prepared: Prepared,
    story: Story,
    ledger: Ledger,
    keep: Keep,
) -> Begun:
    """Create the job's template and start its run. Cancelling the run is in the ledger before the run is asked for.

    `keep` gets the template before the first write, then with the times that the comparison needs.
    """
    with story.step("submit", f"Preparing the image template {prepared.name}"):
        submitted = _submit(settings, cloud, templates, prepared, story, keep)
    with story.step("start", "Starting the run"):
        started = _start(settings, templates, prepared, story, ledger)
    submitted = replace(submitted, run_started_at=started.run.started_at)
    keep(submitted)
    return Begun(submitted=submitted, started=started)


def _submit(
    settings: Settings, cloud: Cloud, templates: ImageTemplates, prepared: Prepared, story: Story, keep: Keep
) -> SubmittedTemplate:
    note = story.progress.note
    deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
    uploaded = upload_scripts(
        cloud, prepared.source, resource_group=prepared.resource_group, deadline=deadline, note=note
    )
    body = stamped_body(uploaded, prepared.stamp, settings.smoke, note=note)
    body["tags"] |= {OWNER_TAG: OWNER, EXPIRES_AT_TAG: prepared.expires_at}
    free = (
        []
        if body["properties"].get(_STAGING)
        else find_staging_groups(
            cloud, prepared.resource_group, location=prepared.source.location, deadline=deadline, note=note
        )
    )
    note("submitting it; the service takes a minute or two")
    for group in free:
        given = {**body, "properties": {**body["properties"], _STAGING: group.text}}
        try:
            return _submit_body(templates, prepared, given, deadline, note, keep)
        except StagingGroupRefused:
            note(f"the service does not take the staging group {group.name}: another build was faster, or left it")
    return _submit_body(templates, prepared, body, deadline, note, keep)


def _submit_body(
    templates: ImageTemplates,
    prepared: Prepared,
    body: Mapping[str, Any],
    deadline: Deadline,
    note: Callable[[str], None],
    keep: Keep,
) -> SubmittedTemplate:
    submitted = SubmittedTemplate(id=templates.id_of(prepared.name), body=body)
    keep(submitted)
    try:
        template = submit_template(
            templates, prepared.name, body, template_file=prepared.source.file, deadline=deadline, note=note
        )
    except (DeadlinePassed, Interrupted):
        raise
    except ImageGateError:
        keep(None)  # what the service refused is gone
        raise
    submitted = replace(submitted, created_at=template.created_at, modified_at=template.modified_at)
    keep(submitted)
    return submitted


def _start(settings: Settings, templates: ImageTemplates, prepared: Prepared, story: Story, ledger: Ledger) -> Started:
    deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
    entry = _record_cancel(templates, prepared, ledger)
    try:
        return start_run(templates, prepared.name, deadline=deadline, note=story.progress.note)
    except (DeadlinePassed, Interrupted):
        raise  # what was accepted may still begin, so it is cancelled
    except ImageGateError:
        ledger.forget(entry)  # no run began
        raise


def _record_cancel(templates: ImageTemplates, prepared: Prepared, ledger: Ledger) -> Entry:
    """Whatever happens from here on, the run must not go on without us."""

    def cancel(left: Deadline) -> None:
        with contextlib.suppress(ResourceConflict, ResourceMissing):  # there is nothing to cancel any more
            templates.cancel_run(prepared.name, timeout_s=left.remaining_s)

    return ledger.record(
        f"cancelling the run of {prepared.name}",
        cancel,
        by_hand=f"az image builder cancel --name {prepared.name} --resource-group {prepared.resource_group}",
    )
