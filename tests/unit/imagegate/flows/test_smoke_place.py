"""Waiting for the place of a smoke VM: branch by branch by hand, and many at once on the real engine."""

import re
import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from fake_blobs import FakeBlobs
from fake_orchestration import FakeContext, drive
from fake_wire import SUBSCRIPTION, Wire
from imagegate.flows.activities import verify_activities
from imagegate.flows.smoke_one import smoke_one
from imagegate.flows.verify import verify_image_version
from imagegate.gateway.durable import DurableEngine, output_of
from imagegate.model import SmokeSpec, TeardownResult
from imagegate.model.verification import Cause, RegionOutcome, Verification
from imagegate.settings.smoke_limits import SmokeLimits
from imagegate.waiting import SystemClock
from smoke_azure import VERSION_ID, SmokeAzure

RECORDS = "https://proofs.example/records"
FULL = {"granted": False, "reason": "10 smoke VMs are running already (limit: IMAGEGATE_SMOKE_VMS_AT_ONCE)."}
GRANTED = {"granted": True, "reason": ""}


@pytest.fixture
def answers() -> dict[str, Any]:
    """All goes well, and there is a place."""
    return {
        "reserve_smoke_vm": GRANTED,
        "release_smoke_vm": {"released": True},
        "provision_smoke_vm": {"submitted": True},
        "await_smoke_vm": {"state": "ready", "address": "20.1.2.3", "created": ["/vm"]},
        "probe_tcp": {
            "probe": "p",
            "number": 1,
            "passed": True,
            "detail": "connected",
            "seconds": 0.1,
            "status": None,
            "body_excerpt": "",
        },
        "collect_diagnostics": {"notes": []},
        "stop_smoke_deployment": {"stopped": True},
        "tear_down_smoke_vm": {"gone": True, "existed": False, "reason": ""},
    }


@pytest.fixture
def job() -> dict[str, Any]:
    """A region's job of a verifier with limits."""
    return {
        "image_version_id": VERSION_ID,
        "run": "r1",
        "places": [{"region": "westeurope", "vm_size": "Small"}],
        "subscription_id": "s",
        "resource_group": "g-smoke",
        "security_type": "Standard",
        "smoke": {"probes": [{"tcp": {"port": 80}}]},
        "allowed_source": "Internet",
        "tags": {"imagegate-owner": "imagegate", "imagegate-expires-at": "2026-11-21T13:00:00Z"},
        "limits": SmokeLimits().to_job(records_container=RECORDS, wait_s=3600)["limits"],
        "lifetime_s": 600,
        "deadline_s": 60,
        "teardown_deadline_s": 30,
        "keep": False,
        "folder": None,
    }


def run(ctx: FakeContext, job: dict[str, Any]) -> RegionOutcome:
    """The outcome of the region's story."""
    return RegionOutcome.from_json(drive(ctx, smoke_one(ctx, job)))


def test_place_is_taken_and_given_back(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """The place is taken before anything is made, and given back after all of it is gone."""
    ctx = FakeContext(answers)

    assert run(ctx, job).cause is Cause.NONE
    assert (ctx.names()[0], ctx.names()[-1]) == ("reserve_smoke_vm", "release_smoke_vm")
    assert ctx.calls[0][1]["holder"] == ctx.calls[-1][1]["holder"] == run(FakeContext(answers), job).vm_name


def test_waits_for_a_place(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """It waits, says why once, and counts the VM's lifetime and the deadline from when it has the place."""
    answers["reserve_smoke_vm"] = [*[FULL] * 40, GRANTED]
    ctx = FakeContext(answers)

    assert run(ctx, job).cause is Cause.NONE

    waited = [event["text"] for event in ctx.status["events"] if event["text"].startswith("waiting")]
    assert waited == [f"waiting: {FULL['reason']}"]
    tags = next(call for name, call in ctx.calls if name == "provision_smoke_vm")["tags"]
    assert tags["imagegate-created-at"] > "2026-11-21T12:05:00Z"
    assert tags["imagegate-expires-at"] > "2026-11-21T12:15:00Z"


def test_no_place_in_time(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """After the limit the verdict is inconclusive, in the words of the limit; nothing was made and nothing is left."""
    answers["reserve_smoke_vm"] = FULL
    ctx = FakeContext(answers)

    outcome = run(ctx, job)

    assert (outcome.cause, outcome.reason, outcome.teardown) == (Cause.LIMIT, FULL["reason"], TeardownResult.COMPLETE)
    assert set(ctx.names()) == {"reserve_smoke_vm"}


def test_store_that_does_not_answer(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """A store that is away is waited for, like a place."""
    away = {"fault": {"cause": "service", "reason": "503"}}
    answers["reserve_smoke_vm"] = [away, away, GRANTED]

    assert run(FakeContext(answers), job).cause is Cause.NONE


def test_count_that_may_not_be_kept(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """A verifier without the right to count makes no VM, and says whose fault it is."""
    answers["reserve_smoke_vm"] = {"fault": {"cause": "not-authorised", "reason": "may not write"}}

    assert run(FakeContext(answers), job).cause is Cause.NOT_AUTHORISED


def test_person_who_may_not_count(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """A command without that right goes on, and says that it counted nothing."""
    job["limits"]["optional"] = True
    answers["reserve_smoke_vm"] = {"fault": {"cause": "not-authorised", "reason": "may not write"}}
    ctx = FakeContext(answers)

    assert run(ctx, job).cause is Cause.NONE
    assert "smoke VMs are not counted: may not write" in [event["text"] for event in ctx.status["events"]]
    assert "release_smoke_vm" not in ctx.names()


def test_interrupted_while_it_waits(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """Who waits for a place can be stopped."""
    answers["reserve_smoke_vm"] = FULL
    ctx = FakeContext(answers)
    ctx.at_timer = lambda number: ctx.raise_event("interrupt") if number == 3 else None

    assert run(ctx, job).cause is Cause.INTERRUPTED


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "left"])
def test_place_of_what_is_still_there(answers: dict[str, Any], job: dict[str, Any], *, keep: bool) -> None:
    """A VM that was kept, or could not be taken away, keeps its place until it expires."""
    job["keep"] = keep
    answers["tear_down_smoke_vm"] = {"gone": False, "existed": True, "reason": "locked"}
    ctx = FakeContext(answers)

    run(ctx, job)

    assert "release_smoke_vm" not in ctx.names()


def test_place_that_cannot_be_given_back(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """The verdict stands; time gives the place back."""
    answers["release_smoke_vm"] = {"fault": {"cause": "service", "reason": "503"}}
    ctx = FakeContext(answers)

    assert run(ctx, job).cause is Cause.NONE
    assert ctx.status["events"][-1]["text"] == "its place is free again when it expires: 503"


def test_instances_of_older_releases(answers: dict[str, Any], job: dict[str, Any]) -> None:
    """A job without limits calls what it called before: its history must fit."""
    del job["limits"], job["lifetime_s"]
    ctx = FakeContext(answers)

    assert run(ctx, job).cause is Cause.NONE
    assert {"reserve_smoke_vm", "release_smoke_vm"}.isdisjoint(ctx.names())


class OneByOne(Wire):
    """Answers one request at a time, and counts the smoke VMs that are there."""

    def __init__(self, azure: SmokeAzure) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._azure = azure
        self.most = 0

    def send(self, request: Any, *options: Any, **more: Any) -> Any:  # noqa: ANN401 - requests' signature
        """Take a request and answer it."""
        with self._lock:
            answer = super().send(request, *options, **more)
            vms = [path for path in self._azure.resources if re.search(r"/virtualmachines/[^/]+$", path)]
            self.most = max(self.most, len(vms))
            return answer


def test_many_verifications_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight verifications with two places: never more than two VMs, and every one comes to its verdict."""
    sleep = time.sleep
    clock = SimpleNamespace(sleep=lambda seconds: sleep(min(seconds, 0.02)))
    monkeypatch.setattr("durabletask.testing.in_memory_backend.time", clock)
    azure = SmokeAzure()
    wire = OneByOne(azure)
    cloud = azure.cloud(wire)
    FakeBlobs(wire, "records")
    limits = SmokeLimits(at_once=2).to_job(records_container=RECORDS, wait_s=3600)
    with (
        socket.create_server(("127.0.0.1", 0)) as machine,
        DurableEngine(
            orchestrators=(verify_image_version, smoke_one), activities=verify_activities(lambda: cloud)
        ) as engine,
    ):
        spec = SmokeSpec.from_mapping({"probes": [{"tcp": {"port": machine.getsockname()[1]}}]})
        azure.add_version(tags=spec.to_tags())
        for number in range(8):
            job = {
                "image_version_id": VERSION_ID,
                "run": f"r{number}",
                "subscription_id": SUBSCRIPTION,
                "resource_group": "rg-images-smoke",
                **limits,
            }
            engine.start(verify_image_version.__name__, job, instance_id=f"verify-{number}")
        states = [
            engine.watch(f"verify-{number}", clock=SystemClock(), on_status=lambda _statuses: None)
            for number in range(8)
        ]

    results = [Verification.from_json(output_of(state)) for state in states]
    assert [result.verdict for result in results] == ["passed"] * 8
    assert [result.teardown for result in results] == ["complete"] * 8
    assert wire.most == 2
