"""How a build gets a run of its own on a template that others may use as well."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from imagegate.errors import DeadlinePassed, ImageGateError, Interrupted, ResourceConflict, ResourceMissing
from imagegate.flows.prepare_build import Prepared
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, RunOutput
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.stamp_template import stamp_template, stamped_distributors, stamped_tags
from imagegate.steps.start_run import Started, start_run
from imagegate.steps.submit_template import find_template, submit_template
from imagegate.steps.upload_scripts import upload_scripts
from imagegate.teardown import Entry, Ledger
from imagegate.waiting import Deadline, Look, poll


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A run of ours on a template, and what the template's outputs were before it."""

    template: ImageTemplate
    created: bool
    started: Started
    earlier: Mapping[str, RunOutput]


def begin_run(
    settings: Settings, cloud: Cloud, templates: ImageTemplates, prepared: Prepared, story: Story, ledger: Ledger
) -> Begun:
    """Find or make the template, stamp it and start a run; again and again while others run the same template.

    The run's cancelling is in the ledger before the run is asked for.
    """
    patience = Deadline.after(settings.build.other_run_timeout_s, story.clock)
    created = False
    while True:
        with story.step("submit", f"Preparing the image template {prepared.name}"):
            template, created_now = _ensure_template(settings, cloud, templates, prepared, story)
        created = created or created_now
        if template.running and template.stamp.same_job(prepared.stamp):
            story.progress.note("a run of this very job goes on already; watching it")
            assert template.run is not None  # noqa: S101 - it is running
            adopted = Started(run=template.run, retry_after_s=None)
            _record_cancel(settings, templates, prepared, ledger)
            return Begun(template=template, created=created, started=adopted, earlier={})
        if template.running:
            _await_other_run(templates, template, story, patience)
            continue
        with story.step("start", "Starting the run"):
            begun = _start(settings, templates, prepared, template, story, ledger)
        if begun is not None:
            return Begun(template=template, created=created, started=begun[0], earlier=begun[1])
        story.progress.note("another run was quicker; waiting for its end")


def _ensure_template(
    settings: Settings, cloud: Cloud, templates: ImageTemplates, prepared: Prepared, story: Story
) -> tuple[ImageTemplate, bool]:
    deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
    note = story.progress.note
    found = find_template(templates, prepared.name, deadline=deadline, note=note)
    if found is not None:
        note("the template of this content is there already")
        return found, False
    body = dict(upload_scripts(cloud, prepared.source, resource_group=settings.azure.resource_group, note=note))
    properties = dict(body["properties"])
    properties["distribute"] = stamped_distributors(properties["distribute"], prepared.stamp, settings.smoke)
    body |= {"properties": properties, "tags": stamped_tags(body.get("tags"), prepared.stamp)}
    note("submitting it; the service takes a minute or two")
    submitted = submit_template(
        templates, prepared.name, body, template_file=prepared.source.file, deadline=deadline, note=note
    )
    return submitted.template, submitted.created


def _start(
    settings: Settings,
    templates: ImageTemplates,
    prepared: Prepared,
    template: ImageTemplate,
    story: Story,
    ledger: Ledger,
) -> tuple[Started, Mapping[str, RunOutput]] | None:
    note = story.progress.note
    deadline = Deadline.after(settings.build.submit_timeout_s, story.clock)
    stamped = stamp_template(
        templates,
        template,
        prepared.source.body,
        stamp=prepared.stamp,
        smoke=settings.smoke,
        deadline=deadline,
        note=note,
    )
    if stamped is None or stamped.running:
        return None
    earlier = templates.run_outputs(prepared.name) if stamped.run is not None else {}
    entry = _record_cancel(settings, templates, prepared, ledger)
    try:
        started = start_run(
            templates, prepared.name, before=stamped.run, stamp=prepared.stamp, deadline=deadline, note=note
        )
    except (DeadlinePassed, Interrupted):
        raise  # what was accepted may still begin, so it is cancelled
    except ImageGateError:
        ledger.forget(entry)  # nothing of ours began; what runs, if anything, is somebody else's
        raise
    if started is None:
        ledger.forget(entry)
        return None
    return started, earlier


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


def _await_other_run(templates: ImageTemplates, template: ImageTemplate, story: Story, patience: Deadline) -> None:
    whose = template.stamp.commit[:12] or "somebody else"
    with story.step("other_run", f"Waiting for the run of {whose} on the same template"):

        def look() -> Look[bool]:
            found = templates.find(template.id.name)
            return Look(value=True if found is None or not found.running else None)

        poll(look, deadline=patience, what=f"the other run of {template.id.name}", interval_s=30, first_interval_s=5)
