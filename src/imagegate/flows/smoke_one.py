"""One region of a verification: a smoke VM, its probes, and its end.

1. Wait for a place, where the verifier has a limit.
2. Provision the VM; where there is no capacity, tear down and try the next size, then the next region.
3. Probe until it answers as wanted, or the deadline; reboot and probe again if asked.
4. Collect what it leaves to read.
5. Tear it down, whatever happened before, under a deadline of its own.

It returns data and never fails: a sibling's result must not be lost to it. No `finally` around a `yield`: the engine
drops generators between episodes, and closing one inside it would run the clean-up there.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

from imagegate.flows.smoke_place import in_its_place
from imagegate.flows.smoke_teardown import tear_down
from imagegate.flows.telling import INTERRUPT, StepFailed, Telling, call, pause
from imagegate.model import Attempt, HttpProbe, Probe, Reach, SmokeSpec, TeardownResult
from imagegate.model.counted import counted
from imagegate.model.duration import format_duration
from imagegate.model.smoke_vm import SmokeVm
from imagegate.model.verification import Cause, ProbeResult, RegionOutcome, TriedPlace, innermost_line

if TYPE_CHECKING:
    from durabletask.task import CancellableTask, OrchestrationContext, Task

    Steps = Generator[Task[Any], Any, Any]

_Pauses = tuple[tuple[float, float], ...]
_ASKING_AZURE: _Pauses = ((5, 0.5), (60, 2), (180, 5), (inf, 10))
"""Until so many seconds have passed, wait so many: most things are quick, and those that are not are asked rarely."""
_ASKING_THE_VM: _Pauses = ((60, 0.5), (180, 2), (inf, 10))
FIRST_BOOT, AFTER_REBOOT = "first-boot", "after-reboot"


@dataclass(kw_only=True)
class _Trial:
    """One smoke VM's story while it is told."""

    ctx: "OrchestrationContext"
    telling: Telling
    stop: "CancellableTask[Any]"
    job: dict[str, Any]
    vm: SmokeVm
    deadline: datetime
    address: str | None = None
    provisioned: bool = False
    created: list[str] = field(default_factory=list)
    probes: list[ProbeResult] = field(default_factory=list)
    diagnostics: dict[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> SmokeSpec:
        return SmokeSpec.from_mapping(self.job["smoke"])

    @property
    def late(self) -> bool:
        return self.ctx.current_utc_datetime >= self.deadline

    def waited(self, since: datetime) -> str:
        return format_duration((self.ctx.current_utc_datetime - since).total_seconds())

    def pause(self, since: datetime, pauses: "_Pauses" = _ASKING_AZURE) -> "Steps":
        """Wait a moment, or until somebody asks to stop."""
        waited_s = (self.ctx.current_utc_datetime - since).total_seconds()
        yield from pause(self.ctx, next(length for until, length in pauses if waited_s < until), self.stop)


def smoke_one(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """A `RegionOutcome`'s JSON.

    `job`: `image_version_id`, `run`, `places` (`region` and `vm_size`, tried in order), `subscription_id`,
    `resource_group`, `security_type`, `smoke`, `allowed_source`, `tags`, `deadline_s`, `teardown_deadline_s`, `keep`,
    `folder` (for logs, or None). Instances of older releases have none of: `limits` (how many smoke VMs there may be),
    `lifetime_s`.
    """
    stop = ctx.wait_for_external_event(INTERRUPT)
    telling = Telling(ctx)

    def story(placed: dict[str, Any]) -> "Steps":
        return _smoke_anywhere(ctx, telling, stop, placed)

    waiting = in_its_place(ctx, telling, stop, job, story) if job.get("limits") else story(job)
    outcome: RegionOutcome = yield from waiting
    return replace(outcome, timings_s=telling.timings_s).to_json()


def _smoke_anywhere(
    ctx: "OrchestrationContext", telling: Telling, stop: "CancellableTask[Any]", job: dict[str, Any]
) -> "Steps":
    """The outcome of the first place that has capacity, or of the last one that was tried."""
    deadline = ctx.current_utc_datetime + timedelta(seconds=job["deadline_s"])
    tried: list[TriedPlace] = []
    outcome: RegionOutcome | None = None
    for place in job["places"]:
        if outcome is not None:
            telling.note(f"Trying {place['vm_size']} in {place['region']} next.")
        vm = SmokeVm(
            name=SmokeVm.name_for(job["image_version_id"], job["run"], place["region"]),
            subscription_id=job["subscription_id"],
            resource_group=job["resource_group"],
            region=place["region"],
            vm_size=place["vm_size"],
        )
        trial = _Trial(ctx=ctx, telling=telling, stop=stop, job=job, vm=vm, deadline=deadline)
        outcome = yield from _smoke_at(trial)
        if outcome.cause is not Cause.CAPACITY or outcome.teardown is TeardownResult.INCOMPLETE or trial.late:
            break
        tried.append(TriedPlace(region=vm.region, vm_size=vm.vm_size, reason=innermost_line(outcome.reason)))
    assert outcome is not None  # noqa: S101 - there is at least one place
    return replace(outcome, tried=tuple(tried))


def _smoke_at(trial: _Trial) -> "Steps":
    """One size in one region, from the deployment to the proof that it is gone."""
    cause, reason, late = Cause.NONE, "It answered as expected.", False
    try:
        yield from _prove(trial)
    except StepFailed as failed:
        cause, reason, late = failed.cause, failed.reason, failed.late
    except Exception as error:  # noqa: BLE001 - whatever it is, what was made is torn down
        cause, reason = Cause.DEFECT, f"{type(error).__name__}: {error}"
    trial.telling.end(passed=cause is Cause.NONE)
    if cause is not Cause.NONE:
        trial.telling.note(reason)
    if cause in {Cause.NONE, Cause.IMAGE, Cause.UNREACHED} or late:
        yield from _collect(trial)
    if late and str(trial.diagnostics.get("power_state", "")).lower() == "running":
        cause, reason = Cause.IMAGE, f"{reason} The machine runs: the guest never reported that it is up."
    teardown, left = TeardownResult.KEPT, list(trial.created) or [trial.vm.id.text]
    if not trial.job["keep"] or cause is Cause.INTERRUPTED:
        deadline_s = trial.job["teardown_deadline_s"]
        left, seen = yield from tear_down(
            trial.ctx, trial.telling, trial.vm, deadline_s=deadline_s, provisioned=trial.provisioned
        )
        trial.created += [one for one in seen if one not in trial.created]
        teardown = TeardownResult.INCOMPLETE if left else TeardownResult.COMPLETE
    return RegionOutcome(
        region=trial.vm.region,
        vm_size=trial.vm.vm_size,
        vm_name=trial.vm.name,
        cause=cause,
        reason=reason,
        teardown=teardown,
        probes=tuple(trial.probes),
        created=tuple(trial.created),
        left=tuple(left),
        serial_log=trial.diagnostics.get("serial_log"),
        diagnostics=trial.diagnostics,
    )


def _prove(trial: _Trial) -> "Steps":
    yield from _provision(trial)
    trial.telling.begin("probe", f"Probing {trial.vm.name}{f' at {trial.address}' if trial.address else ''}")
    for index, probe in enumerate(trial.spec.probes):
        yield from _probe(trial, probe, index, FIRST_BOOT)
    trial.telling.end(passed=True)
    if not trial.spec.reboot:
        return
    yield from _reboot(trial)
    trial.telling.begin("probe_after_reboot", f"Probing {trial.vm.name} again")
    for index, probe in enumerate(trial.spec.probes):
        yield from _probe(trial, probe, index, AFTER_REBOOT)
    trial.telling.end(passed=True)


def _provision(trial: _Trial) -> "Steps":
    """From the deployment to the answer that it is there.

    Raises:
        StepFailed: refused, failed, or not there by the deadline (`late`).
    """
    vm, spec, begun = trial.vm, trial.spec, trial.ctx.current_utc_datetime
    trial.telling.begin("provision", f"Provisioning smoke VM {vm.name} ({vm.vm_size} in {vm.region})")
    job = {
        "vm": vm.to_json(),
        "image_version_id": trial.job["image_version_id"],
        "security_type": trial.job["security_type"],
        "reach": str(spec.reach),
        "ports": sorted({probe.port for probe in spec.probes}),
        "allowed_source": trial.job["allowed_source"],
        "tags": trial.job["tags"],
    }
    yield from call(trial.ctx, "provision_smoke_vm", job)
    while True:
        answer = yield from call(trial.ctx, "await_smoke_vm", {"vm": vm.to_json()})
        if answer["state"] == "ready":
            break
        if answer["state"] == "failed":
            raise StepFailed(Cause(answer["cause"]), answer["reason"])
        if trial.late:
            reason = f"The smoke VM was not there after {trial.waited(begun)}."
            raise StepFailed(Cause.SERVICE, reason, late=True)
        yield from trial.pause(begun)
    trial.address, trial.created, trial.provisioned = answer["address"], list(answer["created"]), True
    if spec.reach is Reach.PUBLIC_IP and trial.address is None:
        raise StepFailed(Cause.SERVICE, "The smoke VM has no public address to be probed at.")
    trial.telling.end(passed=True)


def _probe(trial: _Trial, probe: Probe, index: int, phase: str) -> "Steps":
    """Ask until it passes.

    Raises:
        StepFailed: it did not by the deadline: the image's fault, unless no question ever reached it.
    """
    begun = trial.ctx.current_utc_datetime
    attempts: list[Attempt] = []
    ran = True
    while not attempts or not (attempts[-1].passed or trial.late):
        if attempts:
            yield from trial.pause(begun, _ASKING_THE_VM if trial.spec.reach is Reach.PUBLIC_IP else _ASKING_AZURE)
        number = len(attempts) + 1
        if trial.spec.reach is Reach.RUN_COMMAND:
            attempt, ran = yield from _ask_inside(trial, probe, f"imagegate-{phase}-{index}", number)
        else:
            step = "probe_http" if isinstance(probe, HttpProbe) else "probe_tcp"
            question = {"address": trial.address, "probe": probe.to_mapping(), "number": number}
            attempt = Attempt.from_json((yield from call(trial.ctx, step, question)))
        if not attempts or attempts[-1].detail != attempt.detail:
            trial.telling.note(str(attempt))
        attempts.append(attempt)
    trial.probes.append(ProbeResult.of(str(probe), url=_url(trial, probe), phase=phase, attempts=attempts))
    last = attempts[-1]
    if not last.passed:
        after = " after the reboot" if phase == AFTER_REBOOT else ""
        count = counted(len(attempts), "attempt")
        shown = f'\nThe body begins: "{last.body_excerpt}"' if last.body_excerpt else ""
        reason = f"{probe}{after}: {last.detail}, after {count} in {trial.waited(begun)}.{shown}"
        raise StepFailed(Cause.IMAGE if ran else Cause.UNREACHED, reason)


def _ask_inside(trial: _Trial, probe: Probe, name: str, number: int) -> "Steps":
    """One command in the VM, in place of the one before: an attempt, and whether the script ran to its end."""
    begun = trial.ctx.current_utc_datetime
    job = {"vm": trial.vm.to_json(), "probe": probe.to_mapping(), "name": f"{name}-{number}", "number": number}
    job |= {"previous": f"{name}-{number - 1}"} if number > 1 else {}
    try:
        yield from call(trial.ctx, "run_inside", job)
    except StepFailed as refused:  # an agent that is not up yet is refused; the next attempt may be taken
        if refused.cause is not Cause.SERVICE:
            raise
        return _unanswered(probe, number, refused.reason.splitlines()[0]), False
    while True:
        yield from trial.pause(begun)
        answer = yield from call(trial.ctx, "await_run_inside", job)
        seconds = (trial.ctx.current_utc_datetime - begun).total_seconds()
        if answer["ended"]:
            return replace(Attempt.from_json(answer["attempt"]), seconds=seconds), answer["ran"]
        if trial.late:
            return _unanswered(probe, number, f"the command did not end within {format_duration(seconds)}"), False


def _unanswered(probe: Probe, number: int, detail: str) -> Attempt:
    return Attempt(probe=str(probe), number=number, passed=False, detail=detail, seconds=0.0)


def _url(trial: _Trial, probe: Probe) -> str:
    host = trial.address if trial.spec.reach is Reach.PUBLIC_IP else "127.0.0.1"
    return (
        f"{probe.scheme}://{host}:{probe.port}{probe.path}"
        if isinstance(probe, HttpProbe)
        else f"tcp://{host}:{probe.port}"
    )


def _reboot(trial: _Trial) -> "Steps":
    begun = trial.ctx.current_utc_datetime
    trial.telling.begin("reboot", f"Rebooting {trial.vm.name}")
    job: dict[str, Any] = {"vm": trial.vm.to_json()}
    job |= yield from call(trial.ctx, "reboot_smoke_vm", job)
    while True:
        yield from trial.pause(begun)
        answer = yield from call(trial.ctx, "await_reboot", job)
        if answer["ended"]:
            break
        job["seen_down"] = bool(job.get("seen_down") or answer.get("seen_down"))
        if trial.late:
            raise StepFailed(Cause.SERVICE, f"The restart was not over after {trial.waited(begun)}.")
    if answer["reason"]:
        raise StepFailed(Cause.SERVICE, answer["reason"])
    trial.telling.end(passed=True)


def _collect(trial: _Trial) -> "Steps":
    """Best effort: what cannot be read must not stand in the way of the teardown."""
    trial.telling.begin("diagnostics", f"Reading the serial log of {trial.vm.name}")
    job = {"vm": trial.vm.to_json(), "folder": trial.job["folder"]}
    try:
        trial.diagnostics = yield from call(trial.ctx, "collect_diagnostics", job)
    except StepFailed as failed:
        trial.diagnostics = {"notes": [failed.reason]}
    trial.telling.end(passed=not trial.diagnostics.get("notes"))
    for note in trial.diagnostics.get("notes", ()):
        trial.telling.note(note.splitlines()[0])


__all__ = ["AFTER_REBOOT", "FIRST_BOOT", "smoke_one"]
