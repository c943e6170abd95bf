"""The story of a build, from a folder to an image version that nobody uses yet."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from imagegate.errors import BuildFailed
from imagegate.flows.begin_run import Keep
from imagegate.flows.prepare_build import Prepared, prepare
from imagegate.flows.run_build import BuiltRun, RunOptions, run_build
from imagegate.flows.sign_build import sign_build
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ResourceId
from imagegate.model.build_result import BuildResult
from imagegate.model.diagnosis import Category, Diagnosis
from imagegate.report.progress import Story
from imagegate.settings import Settings
from imagegate.steps.check_heartbeat import check_heartbeat
from imagegate.steps.fetch_build_log import output_folder
from imagegate.steps.read_run_outputs import image_version_of, read_run_outputs
from imagegate.steps.remove_template import remove_template
from imagegate.steps.sign_origin import Signer
from imagegate.waiting import Clock


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

    The build log goes below `logs`; with `follow_s` the live log is shown meanwhile, read that often. `keep` and
    `teardown_clock` as in `RunOptions`; `signs_later` says that a post step comes, which signs where a service failed
    now.

    1. Read the template, with all faults at once; nothing is asked of the cloud before it is usable.
    2. Find out which base it would start from, and name the content. Warn where the Function is not alive.
    3. Upload the scripts, and submit a template of this job's own, stamped with where it comes from.
    4. Start its run, and watch it to its end; whatever interrupts us cancels it. Fetch the build log.
    5. Wait on for a version that is still being replicated where only the run's own time was over.
    6. Explain the failure, or read what the run put out. Where there was no capacity for the build VM, begin again
       from 3 with the next size of `build.vm-size`.
    7. Compare the template with what was sent, and sign each gallery version as this job.
    8. Remove the template; after a failure it stays, with the logs in its staging group, until it expires.

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
    options = RunOptions(
        logs=logs or output_folder(environment),
        follow_s=follow_s,
        keep=keep,
        teardown_clock=teardown_clock or story.clock,
    )
    prepared, built = _run_where_there_is_capacity(settings, cloud, templates, prepared, story, options)
    distribute = prepared.source.properties["distribute"]
    late = built.late
    with story.step("outputs", "Reading the run's outputs"):
        artifacts = (
            dict(late.artifacts) if late else read_run_outputs(templates, prepared.name, distribute, clock=story.clock)
        )
    with story.step("sign", "Signing the image versions") as ending:
        submitted = built.begun.submitted
        signing = sign_build(cloud, signer, submitted, artifacts, note=story.progress.note, late=late is not None)
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
        template_id=submitted.id,
        content_hash=prepared.stamp.content_hash,
        base_version=prepared.base_version,
        stamp=prepared.stamp,
        run=built.run,
        substates=built.watched.substates,
        staging_resource_group=built.watched.template.staging_resource_group,
        customization_log=str(built.log.file) if built.log else None,
        timings={**story.timings, "total": story.seconds},
        resources=(str(submitted.id), *(artifact for artifact in artifacts.values() if artifact.startswith("/"))),
        regions=_regions(distribute),
        signed=signing.signed,
        unsigned=signing.unsigned,
        replication=dict(late.regions) if late else {},
    )


def _run_where_there_is_capacity(
    settings: Settings,
    cloud: Cloud,
    templates: ImageTemplates,
    prepared: Prepared,
    story: Story,
    options: RunOptions,
) -> tuple[Prepared, BuiltRun]:
    """Run with the first size that there is a machine of; each attempt has a template of its own."""
    sizes = settings.build.vm_sizes
    for size, following in pairwise((*(sizes or (None,)), None)):
        attempt = prepared.with_vm_size(size) if size else prepared
        try:
            return attempt, run_build(settings, cloud, templates, attempt, story, options)
        except BuildFailed as failed:
            why = failed.diagnosis
            if following is None or not isinstance(why, Diagnosis) or why.category is not Category.CAPACITY:
                raise
            story.progress.note(f"no capacity for {size}: {why.root_cause}")
            story.progress.note(f"building again with {following}")
            remove_template(templates, attempt.name, note=story.progress.note)
    raise AssertionError("the last size returns or raises")


def _regions(distribute: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Where the distributors keep versions: `targetRegions`, or the older `replicationRegions`."""
    named = [str(region.get("name") or "") for one in distribute for region in one.get("targetRegions") or ()]
    older = [str(region) for one in distribute for region in one.get("replicationRegions") or ()]
    return tuple(dict.fromkeys(name for name in (*named, *older) if name))
