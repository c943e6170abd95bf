"""The verify story, as one durable orchestration.

1. Validate the image version; wait while it is still being replicated.
2. In every region asked for, at the same time: smoke VM, probes, diagnostics, teardown (`smoke_one`).
3. Prove that nothing of the run is left.
4. Decide: the verdict, and what it means for `latest`.
5. Quarantine the version, or record the verdict on it. What may become `latest` is decided by its proof of origin.

The same function runs on Azure Durable Functions and, for the command line, on durabletask's in-memory engine.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.errors import ImageGateError
from imagegate.flows.smoke_one import smoke_one
from imagegate.flows.tagged_spec import hold_to_bounds, spec_of_tags
from imagegate.flows.telling import INTERRUPT, StepFailed, Telling, call, failure_of, interrupted, pause
from imagegate.gateway.image_versions import CHANGE_DEADLINE_S
from imagegate.model import (
    OWNER,
    OWNER_TAG,
    Reach,
    SmokeSpec,
    Stamp,
    TeardownResult,
    normalise_region,
)
from imagegate.model.smoke_bounds import INTERNET
from imagegate.model.smoke_spec import smoke_text_of
from imagegate.model.smoke_vm import SmokeVm, lifetime_tags
from imagegate.model.verification import Cause, RegionOutcome, Verification, innermost_line
from imagegate.steps.decide_verdict import Consequence, decide_cause, decide_consequence, decide_teardown
from imagegate.steps.prove_gone import RUN_TAG
from imagegate.steps.quarantine_image_version import end_of_life

if TYPE_CHECKING:
    from durabletask.task import CancellableTask, OrchestrationContext, Task

    Steps = Generator[Task[Any], Any, Any]

TEARDOWN_DEADLINE_S = 900
EXPIRY_SLACK_S = 1800
DEFAULT_ALLOWED_SOURCE = INTERNET
_TITLES = {
    Consequence.QUARANTINE: ("quarantine", "Keeping {} out of latest"),
    Consequence.RECORD: ("record", "Recording the verdict on {}"),
}


def verify_image_version(
    ctx: "OrchestrationContext", job: dict[str, Any]
) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """A `Verification`'s JSON; it never fails.

    `job`: `image_version_id`, `run`, `subscription_id` and `resource_group` of the smoke VMs; and optionally `smoke`
    (the form of imagegate.yaml; default: what the version's tags say, within `bounds`), `reach` (instead of the
    specification's), `keep`, `folder` for logs, `allowed_source`, `limits` (how many smoke VMs there may be), and
    `records_container`, which remembers the verdict. It promotes nothing: `may_promote` says whether only the proof of
    origin is missing.

    The event `interrupt` makes it tear down and end.
    """
    stop = ctx.wait_for_external_event(INTERRUPT)
    telling = Telling(ctx)
    regions: list[RegionOutcome] = []
    version: dict[str, Any] = {}
    spec = SmokeSpec()
    cause, reason = Cause.NONE, ""
    try:
        spec = yield from _await_usable(ctx, telling, stop, job, version)
        hold_to_bounds(job, spec)
        regions = yield from _smoke_everywhere(ctx, telling, stop, job, version, spec)
    except StepFailed as failed:
        cause, reason = failed.cause, failed.reason
    except Exception as error:  # noqa: BLE001 - a verdict is owed whatever happened
        cause, reason = Cause.DEFECT, f"{type(error).__name__}: {error}"
    telling.end(passed=cause is Cause.NONE)
    _add_timings(telling, regions)  # here, so that steps stand in the order of time
    left, notes = yield from _prove_gone(ctx, job, regions)
    if regions:
        cause, reason = decide_cause(regions)
    verification = Verification(
        image_version_id=job["image_version_id"],
        run=job["run"],
        cause=cause,
        reason=reason,
        teardown=decide_teardown(regions, left),
        regions=tuple(regions),
        left=tuple(left),
        notes=tuple(notes),
    )
    if version or cause is not Cause.UNUSABLE:
        verification = yield from _carry_out(ctx, telling, job, version, spec, verification)
    return replace(verification, timings_s={**telling.timings_s, "total": telling.seconds}).to_json()


def _await_usable(
    ctx: "OrchestrationContext",
    telling: Telling,
    stop: "CancellableTask[Any]",
    job: dict[str, Any],
    known: dict[str, Any],
) -> "Steps":
    """The smoke specification that holds for the version; what is known of a usable one is left in `known`.

    A version whose tags hold a specification that cannot be read is known, too: it gets its verdict.

    Raises:
        StepFailed: it is not usable, or not in time.
    """
    telling.begin("validate", f"Validating {_short(job['image_version_id'])}")
    begun, told = ctx.current_utc_datetime, ""
    spec = SmokeSpec.from_mapping(job["smoke"]) if job.get("smoke") else None
    regions: Sequence[str] = spec.regions if spec else ()
    while True:
        question = {"image_version_id": job["image_version_id"], "regions": list(regions)}
        version = yield from call(ctx, "validate_image_version", question)
        if version["state"] == "unusable":
            text = f"The image version {_short(job['image_version_id'])} is not usable: {version['reason']}."
            raise StepFailed(Cause.UNUSABLE, text)
        if version["state"] == "usable":
            if spec or smoke_text_of(version["tags"]):
                known.update(version)
            spec = spec or spec_of_tags(version["tags"])
            if regions or not spec.regions:
                break
            regions = spec.regions
            continue
        if version["reason"] != told:
            told = version["reason"]
            telling.note(f"waiting: {told}")
        limit_s = (spec or SmokeSpec()).deadline_s
        waited_s = (ctx.current_utc_datetime - begun).total_seconds()
        if waited_s >= limit_s:
            raise StepFailed(Cause.UNUSABLE, f"The image version is not usable in time: {told}.")
        yield from pause(ctx, 2 if waited_s < 30 else 15, stop)
    telling.end(passed=True)
    return replace(spec, reach=Reach(job["reach"])) if job.get("reach") else spec


def _smoke_everywhere(
    ctx: "OrchestrationContext",
    telling: Telling,
    stop: "CancellableTask[Any]",
    job: dict[str, Any],
    version: dict[str, Any],
    spec: SmokeSpec,
) -> "Steps":
    """The outcome of every region asked for. An interruption is passed on to them; they end in their own time."""
    if stop.is_complete:
        raise interrupted()
    jobs = [_region_job(ctx, job, version, spec, region) for region in version["regions"]]
    names = [f"{ctx.instance_id}-{normalise_region(region)}" for region in version["regions"]]
    children: list[Task[Any]] = [
        ctx.call_sub_orchestrator(smoke_one.__name__, input=one, instance_id=name)
        for one, name in zip(jobs, names, strict=True)
    ]
    telling.follow(names)
    everywhere = task.when_all(children)
    try:
        yield task.when_any([everywhere, stop])
        if not everywhere.is_complete:
            for name in names:
                ctx.send_event(name, INTERRUPT)
            yield everywhere
    except (task.TaskFailedError, ImageGateError):
        pass  # each is looked at below
    return [_outcome(child, one) for child, one in zip(children, jobs, strict=True)]


def _outcome(child: "Task[Any]", job: dict[str, Any]) -> RegionOutcome:
    """What a region returned; one that broke off, against its promise, counts as not torn down."""
    if not child.is_failed:
        return RegionOutcome.from_json(child.get_result())
    place = job["places"][0]
    return RegionOutcome(
        region=place["region"],
        vm_size=place["vm_size"],
        vm_name=SmokeVm.name_for(job["image_version_id"], job["run"], place["region"]),
        cause=Cause.DEFECT,
        reason=failure_of(child.get_exception()).reason,
        teardown=TeardownResult.INCOMPLETE,
    )


def _region_job(
    ctx: "OrchestrationContext", job: dict[str, Any], version: dict[str, Any], spec: SmokeSpec, region: str
) -> dict[str, Any]:
    """The job of a region: every size there, then every size in the other regions that hold the version."""
    asked = {normalise_region(one) for one in version["regions"]}
    spare = [one for one in version["replicated"] if normalise_region(one) not in asked]
    lifetime_s = spec.deadline_s + TEARDOWN_DEADLINE_S + EXPIRY_SLACK_S
    return {
        "image_version_id": job["image_version_id"],
        "run": job["run"],
        "places": [
            {"region": normalise_region(one), "vm_size": size} for one in (region, *spare) for size in spec.vm_sizes
        ],
        "subscription_id": job["subscription_id"],
        "resource_group": job["resource_group"],
        "security_type": version["security_type"],
        "smoke": spec.to_mapping(),
        "allowed_source": spec.allow_from or job.get("allowed_source") or DEFAULT_ALLOWED_SOURCE,
        "tags": {
            **Stamp.from_tags(version["tags"]).to_tags(),
            OWNER_TAG: OWNER,
            RUN_TAG: job["run"],
            **lifetime_tags(ctx.current_utc_datetime, lifetime_s),
        },
        "limits": job.get("limits"),
        "lifetime_s": lifetime_s,
        "deadline_s": spec.deadline_s,
        "teardown_deadline_s": job.get("teardown_deadline_s") or TEARDOWN_DEADLINE_S,
        "keep": bool(job.get("keep")),
        "folder": job.get("folder"),
    }


def _prove_gone(ctx: "OrchestrationContext", job: dict[str, Any], regions: Sequence[RegionOutcome]) -> "Steps":
    """The ids of all that is left, by what the regions say and by what the run's tag shows."""
    left = [one for region in regions for one in region.left]
    if not regions or any(region.teardown is TeardownResult.KEPT for region in regions):
        return left, []
    try:
        answer = yield from call(ctx, "prove_gone", {"resource_group": job["resource_group"], "run": job["run"]})
    except StepFailed as failed:
        return left, [f"It could not be proved that nothing is left: {innermost_line(failed.reason)}"]
    known = {one.lower() for one in left}
    return [*left, *(one for one in answer["left"] if one.lower() not in known)], []


def _carry_out(
    ctx: "OrchestrationContext",
    telling: Telling,
    job: dict[str, Any],
    version: dict[str, Any],
    spec: SmokeSpec,
    verification: Verification,
) -> "Steps":
    """Do to the version what the verdict means; a gallery that refuses is noted and changes no verdict."""
    decision = decide_consequence(
        cause=verification.cause,
        teardown=verification.teardown,
        promote=spec.promote,
    )
    verification = replace(
        verification,
        promotion=decision.reason,
        may_promote=decision.may_promote,
        published_at=str(version.get("published_at") or ""),
    )
    if decision.consequence is Consequence.NOTHING or not version:
        return verification
    key, title = _TITLES[decision.consequence]
    telling.begin(key, title.format(_short(job["image_version_id"])))
    change = {
        "image_version_id": job["image_version_id"],
        "verdict": str(verification.verdict),
        "end_of_life": end_of_life(ctx.current_utc_datetime),
        "records_container": job.get("records_container"),
        "published_at": verification.published_at,
        "reason": innermost_line(verification.reason),
        "teardown": str(verification.teardown),
        "may_promote": verification.may_promote,
    }
    try:
        yield from _await_change(ctx, str(decision.consequence), change)
    except StepFailed as failed:
        telling.note(failed.reason)
        telling.end(passed=False)
        text = f"The version could not be changed ({key}): {innermost_line(failed.reason)}"
        return replace(verification, notes=(*verification.notes, text))
    telling.end(passed=True)
    return verification


def _await_change(ctx: "OrchestrationContext", step: str, change: dict[str, Any]) -> "Steps":
    begun = ctx.current_utc_datetime
    while True:
        answer = yield from call(ctx, step, change)
        if answer["done"]:
            return
        waited_s = (ctx.current_utc_datetime - begun).total_seconds()
        if waited_s >= CHANGE_DEADLINE_S:
            raise StepFailed(Cause.SERVICE, f"it did not become so in time: {answer['reason']}")
        yield from pause(ctx, 0.2 if waited_s < 1 else 1 if waited_s < 30 else 10)


def _add_timings(telling: Telling, regions: Sequence[RegionOutcome]) -> None:
    """Seconds by step of the region that took longest for it, beside the parent's own."""
    for region in regions:
        for name, seconds in region.timings_s.items():
            telling.timings_s[name] = max(telling.timings_s.get(name, 0.0), seconds)


def _short(image_version_id: str) -> str:
    """`golden/apache-debian12/1.2.3`."""
    return "/".join(image_version_id.strip("/").split("/")[-5::2])
