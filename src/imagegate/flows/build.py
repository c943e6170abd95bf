"""The story of a build, from a folder to an image version that nobody uses yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from imagegate.errors import ImageGateError
from imagegate.flows.begin_run import Begun, Keep, begin_run
from imagegate.flows.prepare_build import Prepared, prepare
from imagegate.flows.sign_build import sign_build
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import (
    DEFAULT_BUILD_TIMEOUT_MINUTES,
    ResourceId,
    RunState,
    RunSubState,
)
from imagegate.model.build_result import BuildResult
from imagegate.model.redaction import redact
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.await_replication import (
    Replication,
    await_replication,
    find_unfinished_artifacts,
    timed_out_replicating,
)
from imagegate.steps.await_run import Watched, await_run
from imagegate.steps.check_heartbeat import check_heartbeat
from imagegate.steps.explain_failure import explain_failure
from imagegate.steps.fetch_build_log import VALIDATION_LOG, BuildLog, fetch_build_log, output_folder
from imagegate.steps.follow_log import LiveLog
from imagegate.steps.read_run_outputs import image_version_of, read_run_outputs
from imagegate.steps.remove_template import remove_template
from imagegate.steps.sign_origin import Signer
from imagegate.teardown import Ledger
from imagegate.waiting import Clock, Deadline

CANCEL_DEADLINE_S = 7
"""A runner gives a cancelled step ten seconds: 7.5 s after SIGINT, 2.5 s after SIGTERM. Source: actions/runner."""
_GRACE_S = 1800
_LOG_LINES = 20_000
"""Of a log that is told at the end; the whole of it is in its file."""


def build_image(
    settings: Settings,
    cloud: Cloud,
    story: Story,
    *,
    environment: Mapping[str, str],
    teardown_clock: Clock | None = None,
    logs: Path | None = None,
    follow_s: float | None = None,
    keep: Keep = lambda _: None,
    signs_later: bool = False,
) -> BuildResult:
    """Build the image of a folder, and return what came out.

    The build log goes below `logs`; with `follow_s` the live log is shown meanwhile, read that often. `keep` gets
    what this job would leave if it were killed, and None once nothing is left; `signs_later` says that a post step
    comes, which signs where a service failed now. What interrupts the story's own clock leaves `teardown_clock` alone.

    1. Read the template, with all faults at once; nothing is asked of the cloud before it is usable.
    2. Find out which base it would start from, and name the content. Warn where the Function is not alive.
    3. Upload the scripts, and submit a template of this job's own, stamped with where it comes from.
    4. Start its run.
    5. Watch the run to its end; whatever interrupts us cancels it.
    6. Fetch the build log.
    7. Wait on for a version that is still being replicated where only the run's own time was over.
    8. Explain the failure, or read what the run put out.
    9. Compare the template with what was sent, and sign each gallery version as this job.
    10. Remove the template; after a failure it stays, with the logs in its staging group, until it expires.

    Raises:
        InputError, BuildFailed, ImageVersionUnusable, ServiceError, Inconclusive, NotAuthorised: as `errors` has it.
    """
    prepared = prepare(settings, cloud, story, environment)
    if warning := check_heartbeat(cloud, prepared.resource_group):
        story.progress.note(warning)
    templates = ImageTemplates(cloud, prepared.resource_group)
    signer = Signer.of(environment, cloud, on_secret=cloud.on_secret)
    if signer.why_not:
        story.progress.note(f"not signed: {signer.why_not}; the version stays hidden, whatever its verdict")
    ledger = Ledger(
        clock=teardown_clock or story.clock,
        deadline_s=CANCEL_DEADLINE_S,
        on_undo=lambda entry: story.progress.undoing(entry.name),
    )
    with ledger:
        begun = begin_run(settings, cloud, templates, prepared, story, ledger, keep)
        with story.step("run", f"Building in {prepared.name}") as ending:
            live = _live_log(cloud, story, follow_s)
            watched = _watch(settings, templates, prepared, begun, story, live)
            ending.passed = watched.run.state is RunState.SUCCEEDED
        ledger.entries.clear()
    with story.step("log", "Fetching the build log"):
        folder = logs or output_folder(environment)
        log = fetch_build_log(cloud, watched.template, folder=folder, note=story.progress.note)
        validation = _validation_log(cloud, watched, folder, story)
        for told in (log if live is None or not live.shown else None, validation):
            for line in told.text.splitlines()[-_LOG_LINES:] if told else ():
                story.progress.log_line(redact(line))
    distribute = prepared.source.properties["distribute"]
    late = _late_replication(settings, cloud, templates, distribute, watched, story)
    run = watched.run if late is None else replace(watched.run, state=RunState.TIMED_OUT_REPLICATING)
    if run.state is not RunState.SUCCEEDED and (late is None or late.state != "completed"):
        keep(None)
        raise explain_failure(prepared.source, watched.template, run, log=log, validation=validation, replication=late)
    with story.step("outputs", "Reading the run's outputs"):
        artifacts = (
            dict(late.artifacts) if late else read_run_outputs(templates, prepared.name, distribute, clock=story.clock)
        )
    with story.step("sign", "Signing the image versions") as ending:
        signing = sign_build(cloud, signer, begun.submitted, artifacts, note=story.progress.note, late=late is not None)
        ending.passed = not signing.unsigned
    if signing.retry and signs_later and late is None:
        story.progress.note("the job's post step signs what could not be signed now, and removes the image template")
    else:
        with story.step("remove", f"Removing the image template {prepared.name}"):
            remove_template(templates, prepared.name, note=story.progress.note)
        keep(None)
    version = image_version_of(artifacts)
    return BuildResult(
        image_version_id=ResourceId.parse(version) if version else None,
        image_versions=artifacts,
        template_id=begun.submitted.id,
        content_hash=prepared.stamp.content_hash,
        base_version=prepared.base_version,
        stamp=prepared.stamp,
        run=run,
        substates=watched.substates,
        staging_resource_group=watched.template.staging_resource_group,
        customization_log=str(log.file) if log else None,
        timings={**story.timings, "total": story.seconds},
        resources=(str(begun.submitted.id), *(artifact for artifact in artifacts.values() if artifact.startswith("/"))),
        regions=_regions(distribute),
        signed=signing.signed,
        unsigned=signing.unsigned,
        replication=dict(late.regions) if late else {},
    )


def _late_replication(
    settings: Settings,
    cloud: Cloud,
    templates: ImageTemplates,
    distribute: Sequence[Mapping[str, Any]],
    watched: Watched,
    story: Story,
) -> Replication | None:
    """How the versions stand that outlive their run; None where the run ended for any other reason.

    What goes wrong here must not hide why the build ended.
    """
    if not timed_out_replicating(watched.run, watched.last_sub_state):
        return None
    limit = Deadline.after(settings.build.replication_timeout_s, story.clock)
    title = "Waiting for the replication, which goes on after the run's time was over"
    with story.step("replication", title) as ending:
        try:
            artifacts = find_unfinished_artifacts(
                cloud,
                templates,
                watched.template.id.name,
                distribute,
                run=watched.run,
                stamp=watched.template.stamp,
            )
        except ImageGateError as error:
            story.progress.note(f"it cannot be told whether there is a version: {error.message.splitlines()[0]}")
            artifacts = None
        if not artifacts:
            ending.passed = False
            return None
        late = await_replication(cloud, artifacts, deadline=limit, note=story.progress.note)
        ending.passed = late.state == "completed"
    return late


def _regions(distribute: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Where the distributors keep versions: `targetRegions`, or the older `replicationRegions`."""
    named = [str(region.get("name") or "") for one in distribute for region in one.get("targetRegions") or ()]
    older = [str(region) for one in distribute for region in one.get("replicationRegions") or ()]
    return tuple(dict.fromkeys(name for name in (*named, *older) if name))


def _validation_log(cloud: Cloud, watched: Watched, folder: Path, story: Story) -> BuildLog | None:
    """The validators' own log, where they are what failed: in the other log they are hard to tell from customizers."""
    if watched.run.state is not RunState.FAILED or watched.last_sub_state is not RunSubState.VALIDATING:
        return None
    return fetch_build_log(cloud, watched.template, folder=folder, note=story.progress.note, name=VALIDATION_LOG)


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
