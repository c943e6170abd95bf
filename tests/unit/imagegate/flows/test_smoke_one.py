"""One region's story, branch by branch, driven by hand."""

from typing import Any

import pytest

from fake_orchestration import FakeContext, drive
from imagegate.flows.smoke_one import smoke_one
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, RegionOutcome, TriedPlace

Json = dict[str, Any]
VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b/versions/1.2.3"
READY = {"state": "ready", "address": "20.1.2.3", "created": ["/vm", "/nic"]}
RUNNING = {"state": "running"}
GONE = {"gone": True, "existed": False, "reason": ""}
DIAGNOSTICS = {
    "serial_log": "/logs/smoke.serial.log",
    "serial_log_tail": "login:",
    "power_state": "running",
    "agent": "Ready",
    "statuses": [],
    "notes": [],
}


def attempt(detail: str = "status 200", *, passed: bool = True) -> Json:
    """An attempt as the probe steps answer it."""
    return {
        "probe": "p",
        "number": 1,
        "passed": passed,
        "detail": detail,
        "seconds": 0.1,
        "status": 200 if passed else None,
        "body_excerpt": "",
    }


def fault(cause: Cause, reason: str = "because") -> Json:
    """A step's answer that tells a fault."""
    return {"fault": {"cause": str(cause), "reason": reason}}


REFUSED = attempt("connection refused", passed=False)


@pytest.fixture
def answers() -> Json:
    """All goes well."""
    return {
        "provision_smoke_vm": {"submitted": True},
        "await_smoke_vm": [RUNNING, READY],
        "probe_http": attempt(),
        "probe_tcp": attempt("connected"),
        "collect_diagnostics": DIAGNOSTICS,
        "stop_smoke_deployment": {"stopped": True},
        "tear_down_smoke_vm": GONE,
        "reboot_smoke_vm": {"operation": "/operations/1?t=1"},
        "await_reboot": [{"ended": False, "reason": None, "seen_down": True}, {"ended": True, "reason": None}],
        "run_inside": {"submitted": True},
        "await_run_inside": {"ended": True, "ran": True, "attempt": attempt()},
    }


@pytest.fixture
def job() -> Json:
    """One place, one probe."""
    return {
        "image_version_id": VERSION_ID,
        "run": "r1",
        "places": [{"region": "westeurope", "vm_size": "Small"}],
        "subscription_id": "s",
        "resource_group": "g-smoke",
        "security_type": "Standard",
        "smoke": {"probes": [{"http": {"port": 80}}]},
        "allowed_source": "Internet",
        "tags": {"imagegate-owner": "imagegate"},
        "deadline_s": 60,
        "teardown_deadline_s": 30,
        "keep": False,
        "folder": None,
    }


def run(ctx: FakeContext, job: Json) -> RegionOutcome:
    """The outcome of the whole story."""
    return RegionOutcome.from_json(drive(ctx, smoke_one(ctx, job)))


def test_passes(answers: Json, job: Json) -> None:
    """A machine that answers passes, leaves its serial log, and everything is taken away in Azure's order."""
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.teardown, outcome.left) == (Cause.NONE, TeardownResult.COMPLETE, ())
    assert outcome.created == ("/vm", "/nic")
    assert outcome.serial_log == "/logs/smoke.serial.log"
    assert outcome.probes[0].passed
    deleted = [call["id"].rsplit("/", 2)[1] for name, call in ctx.calls if name == "tear_down_smoke_vm"]
    assert deleted == [
        "virtualMachines",
        "networkInterfaces",
        "publicIPAddresses",
        "disks",
        "virtualNetworks",
        "networkSecurityGroups",
        "deployments",
    ]
    assert set(outcome.timings_s) == {"provision", "probe", "diagnostics", "teardown"}


def test_tells_its_story(answers: Json, job: Json) -> None:
    """The custom status tells each step's begin and end, in order."""
    ctx = FakeContext(answers)

    run(ctx, job)

    told = [(event["kind"], event["text"].split()[0]) for event in ctx.status["events"] if event["kind"] != "note"]
    assert told == [
        (kind, word) for word in ("Provisioning", "Probing", "Reading", "Tearing") for kind in ("began", "ended")
    ]


def test_asks_again_until_it_answers(answers: Json, job: Json) -> None:
    """Refused attempts are repeated after a pause, and like ones are told and kept once."""
    answers["probe_http"] = [REFUSED, REFUSED, REFUSED, attempt()]
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert outcome.cause is Cause.NONE
    probe = outcome.probes[0]
    assert (probe.attempt_count, [one.detail for one in probe.attempts]) == (
        4,
        ["connection refused", "connection refused", "status 200"],
    )
    notes = [event["text"] for event in ctx.status["events"] if event["kind"] == "note"]
    assert [note.rsplit(": ", 1)[1] for note in notes] == ["connection refused", "status 200"]


def test_never_answers(answers: Json, job: Json) -> None:
    """A machine that refuses until the deadline is the image's fault, with the reason and the serial log."""
    answers["probe_http"] = REFUSED

    outcome = run(FakeContext(answers), job)

    assert outcome.cause is Cause.IMAGE
    assert "connection refused" in outcome.reason
    assert outcome.serial_log == "/logs/smoke.serial.log"
    assert outcome.teardown is TeardownResult.COMPLETE


def test_wrong_body_is_quoted(answers: Json, job: Json) -> None:
    """A wrong body's beginning is in the reason."""
    answers["probe_http"] = {**REFUSED, "detail": "status 503, expected 200", "status": 503, "body_excerpt": "later"}

    assert 'The body begins: "later"' in run(FakeContext(answers), job).reason


def test_tcp_probe(answers: Json, job: Json) -> None:
    """A TCP probe goes to its own step, at the VM's address."""
    job["smoke"] = {"probes": [{"tcp": {"port": 22}}]}
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    asked = next(call for name, call in ctx.calls if name == "probe_tcp")
    assert asked == {"address": "20.1.2.3", "probe": {"tcp": {"port": 22}}, "number": 1}
    assert outcome.probes[0].url == "tcp://20.1.2.3:22"


def test_ports_of_all_probes_are_opened(answers: Json, job: Json) -> None:
    """The deployment opens each probed port once."""
    job["smoke"] = {"probes": [{"http": {"port": 80}}, {"tcp": {"port": 22}}, {"http": {"port": 80, "path": "/x"}}]}
    ctx = FakeContext(answers)

    run(ctx, job)

    assert next(call for name, call in ctx.calls if name == "provision_smoke_vm")["ports"] == [22, 80]


def test_second_size_after_no_capacity(answers: Json, job: Json) -> None:
    """Without capacity the first size is torn down, and the next one is tried under the same name."""
    job["places"] = [{"region": "westeurope", "vm_size": size} for size in ("Small", "Large")]
    answers["await_smoke_vm"] = [{"state": "failed", "cause": "capacity", "reason": "SkuNotAvailable: none"}, READY]
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.vm_size) == (Cause.NONE, "Large")
    assert outcome.tried == (TriedPlace(region="westeurope", vm_size="Small", reason="SkuNotAvailable: none"),)
    assert [place.vm_size for place in outcome.places] == ["Small", "Large"]
    names = ctx.names()
    assert names.index("tear_down_smoke_vm") < len(names) - 1 - names[::-1].index("provision_smoke_vm")


def test_other_region_has_another_name(answers: Json, job: Json) -> None:
    """The next region's VM has a name of its own: a network cannot move."""
    job["places"] = [{"region": region, "vm_size": "Small"} for region in ("westeurope", "northeurope")]
    answers["provision_smoke_vm"] = [fault(Cause.CAPACITY), {"submitted": True}]
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    names = {call["vm"]["name"] for name, call in ctx.calls if name == "provision_smoke_vm"}
    assert (len(names), outcome.region) == (2, "northeurope")


def test_no_capacity_anywhere(answers: Json, job: Json) -> None:
    """Without capacity in any place the outcome is inconclusive, and nothing is left."""
    answers["provision_smoke_vm"] = fault(Cause.CAPACITY, "QuotaExceeded: 10 of 10")

    outcome = run(FakeContext(answers), job)

    assert (outcome.cause, outcome.verdict, outcome.teardown) == (Cause.CAPACITY, "inconclusive", "complete")


@pytest.mark.parametrize("cause", [Cause.POLICY, Cause.NOT_AUTHORISED, Cause.SERVICE])
def test_other_refusals_are_final(answers: Json, job: Json, cause: Cause) -> None:
    """What another size would not cure is not tried again."""
    job["places"] *= 2
    answers["provision_smoke_vm"] = fault(cause)
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert outcome.cause is cause
    assert ctx.names().count("provision_smoke_vm") == 1


def test_provisioning_timed_out_in_the_guest(answers: Json, job: Json) -> None:
    """Azure's word that the guest never provisioned blames the image."""
    answers["await_smoke_vm"] = {"state": "failed", "cause": "image", "reason": "OSProvisioningTimedOut: x"}

    assert run(FakeContext(answers), job).cause is Cause.IMAGE


def test_late_and_running(answers: Json, job: Json) -> None:
    """A machine that runs at the deadline, whose guest never reported, is the image's fault."""
    answers["await_smoke_vm"] = RUNNING

    outcome = run(FakeContext(answers), job)

    assert outcome.cause is Cause.IMAGE
    assert "never reported" in outcome.reason


def test_late_and_not_there(answers: Json, job: Json) -> None:
    """A machine that Azure did not start in time blames nobody's image."""
    answers["await_smoke_vm"] = RUNNING
    answers["collect_diagnostics"] = {**DIAGNOSTICS, "power_state": "starting"}

    assert run(FakeContext(answers), job).cause is Cause.SERVICE


def test_no_public_address(answers: Json, job: Json) -> None:
    """A deployment without an address cannot be probed from outside: not the image's fault."""
    answers["await_smoke_vm"] = {**READY, "address": None}

    assert run(FakeContext(answers), job).cause is Cause.SERVICE


def test_service_gone_for_good(answers: Json, job: Json) -> None:
    """A fault that outlasts all retries ends the story, and the teardown still happens."""
    answers["await_smoke_vm"] = {"fault": {"cause": "service", "reason": "nobody there", "may_pass": True}}
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.reason, outcome.teardown) == (Cause.SERVICE, "nobody there", "complete")


def test_defect_still_tears_down(answers: Json, job: Json) -> None:
    """An error that nobody foresaw is told as ours, and the teardown still happens."""
    answers["await_smoke_vm"] = KeyError("oops")

    outcome = run(FakeContext(answers), job)

    assert (outcome.cause, outcome.teardown) == (Cause.DEFECT, TeardownResult.COMPLETE)
    assert "KeyError" in outcome.reason


def test_answer_without_its_key(answers: Json, job: Json) -> None:
    """A defect in the story itself is told as ours, and the teardown still happens."""
    answers["await_smoke_vm"] = {"nothing": "known"}

    outcome = run(FakeContext(answers), job)

    assert (outcome.cause, outcome.teardown) == (Cause.DEFECT, TeardownResult.COMPLETE)


def test_reboot_and_again(answers: Json, job: Json) -> None:
    """With a reboot every probe is asked twice, the second time after the restart is over."""
    job["smoke"]["reboot"] = True
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert [probe.phase for probe in outcome.probes] == ["first-boot", "after-reboot"]
    wanted = ["probe_http", "reboot_smoke_vm", "await_reboot", "await_reboot", "probe_http"]
    assert [name for name in ctx.names() if name in wanted] == wanted
    looks = [asked.get("seen_down", False) for name, asked in ctx.calls if name == "await_reboot"]
    assert looks == [False, True], "that the VM was seen down goes along"
    assert {"reboot", "probe_after_reboot"} <= set(outcome.timings_s)


def test_dead_after_reboot(answers: Json, job: Json) -> None:
    """What does not come back after a reboot fails the image, and the reason says when."""
    job["smoke"]["reboot"] = True
    answers["probe_http"] = [attempt(), REFUSED]

    outcome = run(FakeContext(answers), job)

    assert outcome.cause is Cause.IMAGE
    assert "after the reboot" in outcome.reason


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"ended": True, "reason": "the restart ended in Failed: x"}, "Failed"), ({"ended": False}, "was not over")],
    ids=["failed", "endless"],
)
def test_reboot_that_azure_does_not_do(answers: Json, job: Json, answer: Json, said: str) -> None:
    """A restart that fails or does not end is Azure's fault."""
    job["smoke"]["reboot"] = True
    answers["await_reboot"] = answer

    outcome = run(FakeContext(answers), job)

    assert outcome.cause is Cause.SERVICE
    assert said in outcome.reason


def test_inside(answers: Json, job: Json) -> None:
    """With run-command each attempt is a command of its own name, and no address is needed."""
    job["smoke"]["reach"] = "run-command"
    answers["await_smoke_vm"] = {**READY, "address": None}
    answers["await_run_inside"] = [
        {"ended": False},
        {"ended": True, "ran": True, "attempt": REFUSED},
        {"ended": True, "ran": True, "attempt": attempt()},
    ]
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert outcome.cause is Cause.NONE
    commands = [call["name"] for name, call in ctx.calls if name == "run_inside"]
    assert commands == ["imagegate-first-boot-0-1", "imagegate-first-boot-0-2"]
    assert outcome.probes[0].url == "http://127.0.0.1:80/"


def test_inside_never_runs(answers: Json, job: Json) -> None:
    """A command that never ran taught nothing: inconclusive, not failed."""
    job["smoke"]["reach"] = "run-command"
    answers["await_run_inside"] = {"ended": True, "ran": False, "attempt": REFUSED}

    outcome = run(FakeContext(answers), job)

    assert (outcome.cause, outcome.verdict) == (Cause.UNREACHED, "inconclusive")


def test_inside_does_not_end(answers: Json, job: Json) -> None:
    """A command that does not end by the deadline is given up."""
    job["smoke"]["reach"] = "run-command"
    answers["await_run_inside"] = {"ended": False}

    outcome = run(FakeContext(answers), job)

    assert outcome.cause is Cause.UNREACHED
    assert "did not end" in outcome.reason


def test_inside_refused_at_first(answers: Json, job: Json) -> None:
    """A VM whose agent is not up yet refuses commands; the next attempt may pass."""
    job["smoke"]["reach"] = "run-command"
    answers["run_inside"] = [fault(Cause.SERVICE, "no agent"), {"submitted": True}]

    outcome = run(FakeContext(answers), job)

    assert outcome.cause is Cause.NONE
    assert [one.detail for one in outcome.probes[0].attempts] == ["no agent", "status 200"]


def test_inside_not_authorised(answers: Json, job: Json) -> None:
    """A missing right to run commands is told at once, as that."""
    job["smoke"]["reach"] = "run-command"
    answers["run_inside"] = fault(Cause.NOT_AUTHORISED)

    assert run(FakeContext(answers), job).cause is Cause.NOT_AUTHORISED


def test_interrupted_while_probing(answers: Json, job: Json) -> None:
    """An interruption ends the waiting at once; what was made is taken away, and no log is waited for."""
    answers["probe_http"] = REFUSED
    ctx = FakeContext(answers)
    ctx.at_timer = lambda number: ctx.raise_event("interrupt") if number == 3 else None

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.teardown) == (Cause.INTERRUPTED, TeardownResult.COMPLETE)
    assert "collect_diagnostics" not in ctx.names()


def test_interrupted_while_provisioning(answers: Json, job: Json) -> None:
    """While the deployment runs it is cancelled, the VM is asked to go at once, and then everything is cleared."""
    answers["await_smoke_vm"] = RUNNING
    answers["stop_smoke_deployment"] = [{"stopped": False}, {"stopped": True}]
    ctx = FakeContext(answers)
    ctx.at_timer = lambda number: ctx.raise_event("interrupt") if number == 2 else None

    outcome = run(ctx, job)

    assert outcome.cause is Cause.INTERRUPTED
    names = ctx.names()
    stop = names.index("stop_smoke_deployment")
    assert names[stop : stop + 3] == ["stop_smoke_deployment", "tear_down_smoke_vm", "stop_smoke_deployment"]
    assert names.count("tear_down_smoke_vm") == 8


def test_interrupted_before_anything(answers: Json, job: Json) -> None:
    """An interruption that is there already is seen at the first wait."""
    answers["await_smoke_vm"] = RUNNING
    ctx = FakeContext(answers)

    def interrupting(_job: Json) -> Json:
        ctx.raise_event("interrupt")
        return {"submitted": True}

    answers["provision_smoke_vm"] = interrupting

    outcome = run(ctx, job)

    assert outcome.cause is Cause.INTERRUPTED
    assert ctx.timers == 0


def test_deployment_that_will_not_stop(answers: Json, job: Json) -> None:
    """A deployment that cannot be cancelled does not keep the rest from being taken away."""
    answers["await_smoke_vm"] = fault(Cause.SERVICE)
    answers["stop_smoke_deployment"] = {"stopped": False}

    assert run(FakeContext(answers), job).teardown is TeardownResult.COMPLETE


def test_cancel_refused(answers: Json, job: Json) -> None:
    """A refused cancellation is told, and the rest is still taken away."""
    answers["await_smoke_vm"] = fault(Cause.SERVICE)
    answers["stop_smoke_deployment"] = fault(Cause.NOT_AUTHORISED, "may not cancel")
    ctx = FakeContext(answers)

    assert run(ctx, job).teardown is TeardownResult.COMPLETE
    assert "may not cancel" in [event["text"] for event in ctx.status["events"]]


def test_teardown_takes_its_time(answers: Json, job: Json) -> None:
    """Deletion is asked for again until the resource is gone; what was seen counts as created."""
    there = {"gone": False, "existed": True, "reason": "its deletion goes on"}
    answers["tear_down_smoke_vm"] = [there, there, GONE]
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert outcome.teardown is TeardownResult.COMPLETE
    assert any("/virtualMachines/" in made for made in outcome.created)


def test_a_refused_delete_is_shown_at_once(answers: Json, job: Json) -> None:
    """A lock is noted when it is first met, once, and not only at the deadline."""
    locked = {"gone": False, "existed": True, "reason": "ScopeLocked: there is a lock", "refused": True}
    shown: list[str] = []
    ctx = FakeContext(answers)

    def look(_number: int) -> None:
        shown[:] = [event["text"] for event in ctx.status["events"] if "ScopeLocked" in event["text"]]

    answers["tear_down_smoke_vm"] = [locked, locked, locked, GONE]
    ctx.at_timer = look

    run(ctx, job)

    assert len(shown) == 1
    assert "cannot be deleted yet: ScopeLocked: there is a lock" in shown[0]


def test_teardown_incomplete(answers: Json, job: Json) -> None:
    """What is still there at the teardown's own deadline is named; the rest is gone, and the verdict stays."""

    def stuck(call: Json) -> Json:
        return {"gone": False, "existed": True, "reason": "locked"} if "/networkInterfaces/" in call["id"] else GONE

    answers["tear_down_smoke_vm"] = stuck
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.teardown) == (Cause.NONE, TeardownResult.INCOMPLETE)
    assert len(outcome.left) == 1
    assert outcome.left[0].endswith("-nic")
    notes = [event["text"] for event in ctx.status["events"] if "still there" in event["text"]]
    assert notes[0].endswith("(locked)")


def test_teardown_refused(answers: Json, job: Json) -> None:
    """A teardown that may not delete leaves all of it, and says so; it does not raise."""
    answers["tear_down_smoke_vm"] = fault(Cause.NOT_AUTHORISED, "no right to delete")

    outcome = run(FakeContext(answers), job)

    assert outcome.teardown is TeardownResult.INCOMPLETE
    assert len(outcome.left) == 7


def test_foreign_resource_is_not_waited_for(answers: Json, job: Json) -> None:
    """A resource of our name without our tag is left at once: waiting would not make it ours."""
    foreign = {"gone": False, "existed": True, "reason": "it does not carry our ownership tag: left alone"}
    answers["tear_down_smoke_vm"] = lambda call: foreign if call["id"].endswith("-nsg") else GONE
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert len(outcome.left) == 1
    assert sum(1 for name, call in ctx.calls if name == "tear_down_smoke_vm" and call["id"].endswith("-nsg")) == 1


def test_no_next_place_after_a_leak(answers: Json, job: Json) -> None:
    """With something left in the first place no second VM is made."""
    job["places"] *= 2
    answers["provision_smoke_vm"] = fault(Cause.CAPACITY)
    answers["tear_down_smoke_vm"] = {"gone": False, "existed": True, "reason": "locked"}
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.teardown) == (Cause.CAPACITY, TeardownResult.INCOMPLETE)
    assert ctx.names().count("provision_smoke_vm") == 1


def test_kept(answers: Json, job: Json) -> None:
    """With keep nothing is deleted, and all of it is named as left."""
    job["keep"] = True
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.teardown, outcome.left) == (TeardownResult.KEPT, ("/vm", "/nic"))
    assert "tear_down_smoke_vm" not in ctx.names()


def test_interruption_overrides_keep(answers: Json, job: Json) -> None:
    """Who interrupts gets a teardown, keep or not."""
    job["keep"] = True
    answers["probe_http"] = REFUSED
    ctx = FakeContext(answers)
    ctx.at_timer = lambda number: ctx.raise_event("interrupt") if number == 2 else None

    assert run(ctx, job).teardown is TeardownResult.COMPLETE


def test_diagnostics_in_the_way_of_nothing(answers: Json, job: Json) -> None:
    """Diagnostics that cannot be had are noted, and change neither verdict nor teardown."""
    answers["collect_diagnostics"] = fault(Cause.SERVICE, "no such blob")

    outcome = run(FakeContext(answers), job)

    assert (outcome.cause, outcome.teardown, outcome.serial_log) == (Cause.NONE, TeardownResult.COMPLETE, None)
    assert outcome.diagnostics == {"notes": ["no such blob"]}
