"""How a build gets its run: a template of its own, its scripts, the run."""

import contextlib
from dataclasses import dataclass

from imagegate.errors import DeadlinePassed, ImageGateError, Interrupted, ResourceConflict, ResourceMissing
from imagegate.flows.prepare_build import Prepared
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import EXPIRES_AT_TAG, OWNER, OWNER_TAG, ImageTemplate
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.stamp_template import stamped_body
from imagegate.steps.start_run import Started, start_run
from imagegate.steps.submit_template import submit_template
from imagegate.steps.upload_scripts import upload_scripts
from imagegate.teardown import Entry, Ledger
from imagegate.waiting import Deadline


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The job's template and its run."""

    template: ImageTemplate
    started: Started


def begin_run(
    settings: Settings, cloud: Cloud, templates: ImageTemplates, prepared: Prepared, story: Story, ledger: Ledger
) -> Begun:
    """Create the job's template and start its run. Cancelling the run is in the ledger before the run is asked for."""
    with story.step("submit", f"Preparing the image template {prepared.name}"):
        template = _submit(settings, cloud, templates, prepared, story)
    with story.step("start", "Starting the run"):
        started = _start(settings, templates, prepared, story, ledger)
    return Begun(template=template, started=started)


def _submit(
    settings: Settings, cloud: Cloud, templates: ImageTemplates, prepared: Prepared, story: Story
) -> ImageTemplate:
    note = story.progress.note
    body = upload_scripts(cloud, prepared.source, resource_group=settings.azure.resource_group, note=note)
    body = stamped_body(body, prepared.stamp, settings.smoke, note=note)
    body["tags"] |= {OWNER_TAG: OWNER, EXPIRES_AT_TAG: prepared.expires_at}
    note("submitting it; the service takes a minute or two")
    deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
    return submit_template(
        templates, prepared.name, body, template_file=prepared.source.file, deadline=deadline, note=note
    )


def _start(settings: Settings, templates: ImageTemplates, prepared: Prepared, story: Story, ledger: Ledger) -> Started:
    deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
    entry = _record_cancel(settings, templates, prepared, ledger)
    try:
        return start_run(templates, prepared.name, deadline=deadline, note=story.progress.note)
    except (DeadlinePassed, Interrupted):
        raise  # what was accepted may still begin, so it is cancelled
    except ImageGateError:
        ledger.forget(entry)  # no run began
        raise


def _record_cancel(settings: Settings, templates: ImageTemplates, prepared: Prepared, ledger: Ledger) -> Entry:
    """Whatever happens from here on, the run must not go on without us."""

    def cancel(left: Deadline) -> None:
        with contextlib.suppress(ResourceConflict, ResourceMissing):  # there is nothing to cancel any more
            templates.cancel_run(prepared.name, timeout_s=left.remaining_s)

    return ledger.record(
        f"cancelling the run of {prepared.name}",
        cancel,
        by_hand=f"az image builder cancel --name {prepared.name} --resource-group {settings.azure.resource_group}",
    )
