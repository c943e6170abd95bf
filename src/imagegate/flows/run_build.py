"""The run of a build: a template of its own, the run to its end, its log, and why it failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from imagegate.errors import ImageGateError
from imagegate.flows.begin_run import Begun, Keep, begin_run
from imagegate.flows.prepare_build import Prepared
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import DEFAULT_BUILD_TIMEOUT_MINUTES, Run, RunState, RunSubState
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
from imagegate.steps.expire_template import expire_template
from imagegate.steps.explain_failure import explain_failure
from imagegate.steps.fetch_build_log import VALIDATION_LOG, BuildLog, fetch_build_log
from imagegate.steps.follow_log import LiveLog
from imagegate.teardown import Ledger
from imagegate.waiting import Clock, Deadline

CANCEL_DEADLINE_S = 7
"""A runner gives a cancelled step ten seconds: 7.5 s after SIGINT, 2.5 s after SIGTERM. Source: actions/runner."""
_GRACE_S = 1800
_LOG_LINES = 20_000
"""Of a log that is told at the end; the whole of it is in its file."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Where the log goes, and how often the live log is read (None: never).

    `keep` gets what this job would leave if it were killed, and None once nothing is left. What interrupts the story's
    own clock leaves `teardown_clock` alone.
    """

    logs: Path
    follow_s: float | None
    keep: Keep
    teardown_clock: Clock


@dataclass(frozen=True, kw_only=True)
class BuiltRun:
    """A run that left versions: in time, or after its own time was over (`late`)."""

    begun: Begun
    watched: Watched
    run: Run
    log: BuildLog | None
    late: Replication | None


def run_build(
    settings: Settings,
    cloud: Cloud,
    templates: ImageTemplates,
    prepared: Prepared,
    story: Story,
    options: RunOptions,
) -> BuiltRun:
    """Submit the template, run it to its end, and fetch its log; whatever interrupts us cancels the run.

    After a failure the template stays, with the logs in its staging group, until it expires: an hour later where the
    log could be fetched.

    Raises:
        BuildFailed: with the diagnosis.
    """
    ledger = Ledger(
        clock=options.teardown_clock,
        deadline_s=CANCEL_DEADLINE_S,
        on_undo=lambda entry: story.progress.undoing(entry.name),
    )
    with ledger:
        begun = begin_run(settings, cloud, templates, prepared, story, ledger, options.keep)
        with story.step("run", f"Building in {prepared.name}") as ending:
            live = _live_log(cloud, story, options.follow_s)
            watched = _watch(settings, templates, prepared, begun, story, live)
            ending.passed = watched.run.state is RunState.SUCCEEDED
        ledger.entries.clear()
    with story.step("log", "Fetching the build log"):
        log = fetch_build_log(cloud, watched.template, folder=options.logs, note=story.progress.note)
        validation = _validation_log(cloud, watched, options.logs, story)
        for told in (log if live is None or not live.shown else None, validation):
            for line in told.text.splitlines()[-_LOG_LINES:] if told else ():
                story.progress.log_line(redact(line))
    distribute = prepared.source.properties["distribute"]
    late = _late_replication(settings, cloud, templates, distribute, watched, story)
    run = watched.run if late is None else replace(watched.run, state=RunState.TIMED_OUT_REPLICATING)
    if run.state is not RunState.SUCCEEDED and (late is None or late.state != "completed"):
        options.keep(None)
        if log is not None:
            expire_template(templates, prepared.name, note=story.progress.note)
        raise explain_failure(prepared.source, watched.template, run, log=log, validation=validation, replication=late)
    return BuiltRun(begun=begun, watched=watched, run=run, log=log, late=late)


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
