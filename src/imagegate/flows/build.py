"""The story of a build, from a folder to an image version that nobody uses yet."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from imagegate.errors import DeadlinePassed, ImageGateError, ResourceConflict, ResourceMissing
from imagegate.gateway.arm_runtime import ArmRuntime
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import (
    DEFAULT_BUILD_TIMEOUT_MINUTES,
    ImageTemplate,
    ResourceId,
    RunOutput,
    RunState,
    RunSubState,
    Stamp,
)
from imagegate.model.build_result import BuildResult
from imagegate.model.template_source import TemplateSource
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.await_run import Watched, await_run
from imagegate.steps.explain_failure import explain_failure
from imagegate.steps.fetch_build_log import VALIDATION_LOG, BuildLog, fetch_build_log, output_folder
from imagegate.steps.follow_log import LiveLog
from imagegate.steps.hash_content import hash_content, template_name
from imagegate.steps.read_origin import read_origin
from imagegate.steps.read_run_outputs import image_version_of, read_run_outputs
from imagegate.steps.read_template import read_template
from imagegate.steps.resolve_base import resolve_base
from imagegate.steps.stamp_template import stamp_template, stamped_distributors, stamped_tags
from imagegate.steps.start_run import Started, start_run
from imagegate.steps.submit_template import find_template, submit_template
from imagegate.steps.upload_scripts import upload_scripts
from imagegate.teardown import Entry, Ledger
from imagegate.waiting import Deadline, Look, poll

CANCEL_DEADLINE_S = 8
"""A runner gives a cancelled step ten seconds: 7.5 s after SIGINT, 2.5 s after SIGTERM. Source: actions/runner."""
_GRACE_S = 1800


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is to be built, under which name, and from where."""

    source: TemplateSource
    name: str
    base_version: str
    stamp: Stamp


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A run of ours on a template, and what the template's outputs were before it."""

    template: ImageTemplate
    created: bool
    started: Started
    earlier: Mapping[str, RunOutput]


def build_image(
    settings: Settings,
    cloud: Cloud,
    story: Story,
    *,
    environment: Mapping[str, str],
    logs: Path | None = None,
    follow_s: float | None = None,
) -> BuildResult:
    """Build the image of a folder, and return what came out.

    The build log goes below `logs`; with `follow_s` the live log is told meanwhile, read that often.

    1. Read the template, with all faults at once; nothing is asked of the cloud before it is usable.
    2. Find out which base it would start from, and name the content.
    3. Find the template of that content, or upload its scripts and submit it.
    4. Stamp it with where it comes from, and start a run that is ours; wait while it runs for somebody else.
    5. Watch the run to its end; whatever interrupts us cancels it.
    6. Fetch the build log.
    7. Explain the failure, or read what the run put out.

    Raises:
        InputError, BuildFailed, ImageVersionUnusable, ServiceError, Inconclusive, NotAuthorised: as `errors` has it.
    """
    templates = ImageTemplates(cloud, settings.azure.resource_group)
    prepared = prepare(settings, cloud, story, environment)
    ledger = Ledger(
        clock=story.clock,
        deadline_s=CANCEL_DEADLINE_S,
        on_undo=lambda entry: story.progress.undoing(entry.name),
    )
    with ledger:
        begun = _begin(settings, cloud, templates, prepared, story, ledger)
        with story.step("run", f"Building in {prepared.name}") as ending:
            live = _live_log(cloud, story, follow_s)
            watched = _watch(settings, templates, prepared, begun, story, live)
            ending.passed = watched.run.state is RunState.SUCCEEDED
        ledger.entries.clear()
    with story.step("log", "Fetching the build log"):
        folder = logs or output_folder(environment)
        log = fetch_build_log(cloud, watched.template, folder=folder, note=story.progress.note)
        validation = _validation_log(cloud, watched, folder, story)
    if watched.run.state is not RunState.SUCCEEDED:
        raise explain_failure(prepared.source, watched.template, watched.run, log=log, validation=validation)
    with story.step("outputs", "Reading the run's outputs"):
        distribute = prepared.source.properties["distribute"]
        artifacts = read_run_outputs(templates, prepared.name, distribute, earlier=begun.earlier)
    version = image_version_of(artifacts)
    made = [str(begun.template.id)] if begun.created else []
    return BuildResult(
        image_version_id=ResourceId.parse(version) if version else None,
        image_versions=artifacts,
        template_id=begun.template.id,
        template_created=begun.created,
        content_hash=prepared.stamp.content_hash,
        base_version=prepared.base_version,
        stamp=prepared.stamp,
        run=watched.run,
        substates=watched.substates,
        staging_resource_group=watched.template.staging_resource_group,
        customization_log=str(log.file) if log else None,
        timings={**story.timings, "total": story.seconds},
        resources=tuple(made + [artifact for artifact in artifacts.values() if artifact.startswith("/")]),
    )


def _validation_log(cloud: Cloud, watched: Watched, folder: Path, story: Story) -> BuildLog | None:
    """The validators' own log, where they are what failed: in the other log they are hard to tell from customizers."""
    if watched.run.state is not RunState.FAILED or watched.last_sub_state is not RunSubState.VALIDATING:
        return None
    return fetch_build_log(cloud, watched.template, folder=folder, note=story.progress.note, name=VALIDATION_LOG)


def prepare(settings: Settings, cloud: Cloud, story: Story, environment: Mapping[str, str]) -> Prepared:
    """Steps 1 and 2: everything that is known before anything is changed."""
    tenant_id = environment.get("AZURE_TENANT_ID", "")
    with story.step("read", f"Reading {settings.template}"):
        source = read_template(settings, template_name=settings.name, tenant_id=tenant_id)
        # Faults of tags show here, and not after minutes.
        stamped_distributors(source.properties["distribute"], Stamp(), settings.smoke)
    with story.step("base", "Looking up the base image"):
        runtime = ArmRuntime(cloud)
        source = read_template(settings, template_name=settings.name, tenant_id=tenant_id, runtime=runtime)
        base_version = resolve_base(
            cloud,
            source.properties["source"],
            location=source.location,
            template_file=source.file,
            note=story.progress.note,
        )
        story.progress.note(f"base version {base_version}")
        content_hash = hash_content(source, base_version=base_version)
        name = template_name(settings.name, content_hash)
        source = read_template(settings, template_name=name, tenant_id=tenant_id, runtime=runtime)
    stamp = read_origin(environment, settings.folder, content_hash=content_hash)
    return Prepared(source=source, name=name, base_version=base_version, stamp=stamp)


def _begin(
    settings: Settings, cloud: Cloud, templates: ImageTemplates, prepared: Prepared, story: Story, ledger: Ledger
) -> Begun:
    """Steps 3 and 4, again and again while others run the same template."""
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
    except DeadlinePassed:
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


def _live_log(cloud: Cloud, story: Story, follow_s: float | None) -> LiveLog | None:
    if follow_s is None:
        return None
    told = story.progress
    return LiveLog(cloud, now=story.clock.now, interval_s=follow_s, line=told.log_line, note=told.note)


def _watch(
    settings: Settings,
    templates: ImageTemplates,
    prepared: Prepared,
    begun: Begun,
    story: Story,
    live: LiveLog | None,
) -> Watched:
    limit_s = settings.build.timeout_s
    if limit_s is None:
        minutes = int(prepared.source.properties.get("buildTimeoutInMinutes") or DEFAULT_BUILD_TIMEOUT_MINUTES)
        limit_s = minutes * 60 + _GRACE_S
    return await_run(
        templates,
        prepared.name,
        begun.started.run,
        retry_after_s=begun.started.retry_after_s,
        deadline=Deadline.after(limit_s, story.clock),
        note=story.progress.note,
        follow=live.follow if live else None,
    )
