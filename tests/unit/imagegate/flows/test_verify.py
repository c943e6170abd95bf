"""The whole verification's story, branch by branch, driven by hand."""

from typing import Any

import pytest

from fake_orchestration import FakeContext, drive
from imagegate.flows.verify import verify_image_version
from imagegate.model import Attempt, SmokeSpec, TeardownResult
from imagegate.model.smoke_bounds import SmokeBounds
from imagegate.model.verification import Cause, ProbeResult, RegionOutcome, Verification

Json = dict[str, Any]
VERSION_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"
MAIN = "refs/heads/main"
PROBED = ProbeResult.of(
    "tcp port 80",
    url="",
    phase="first-boot",
    attempts=[Attempt(probe="tcp port 80", number=1, passed=True, detail="connected", seconds=0.1)],
)
WAIT = {"state": "wait", "reason": "replication goes on: westeurope 50 %"}


def region(cause: Cause = Cause.NONE, **changes: Any) -> Json:  # noqa: ANN401 - any field
    """What a region's orchestration returns."""
    fields: dict[str, Any] = {
        "region": "westeurope",
        "vm_size": "Small",
        "vm_name": "smoke-1",
        "cause": cause,
        "reason": "because",
        "teardown": TeardownResult.COMPLETE,
        "created": ("/vm",),
        "probes": (PROBED,),
        "timings_s": {"provision": 5.0, "probe": 1.0},
        "serial_log": "/logs/1.log",
    }
    return RegionOutcome(**{**fields, **changes}).to_json()


def usable(spec: SmokeSpec | None = None, *, ref: str = MAIN, **changes: Any) -> Json:  # noqa: ANN401 - any field
    """What the validation of a usable version answers."""
    tags = {**(spec or SmokeSpec()).to_tags(), "imagegate-ref": ref, "imagegate-commit": "c0ffee"}
    answer = {
        "state": "usable",
        "reason": "",
        "regions": ["West Europe"],
        "location": "westeurope",
        "tags": tags,
        "security_type": "Standard",
        "published_at": "2026-11-21T12:00:00+00:00",
        "replicated": ["West Europe", "North Europe"],
    }
    return {**answer, **changes}


@pytest.fixture
def answers() -> Json:
    """All goes well."""
    return {
        "validate_image_version": usable(),
        "smoke_one": region(),
        "prove_gone": {"left": []},
        "quarantine_image_version": {"done": True, "reason": ""},
        "record_verdict": [{"done": False, "reason": "accepted"}, {"done": True, "reason": ""}],
    }


@pytest.fixture
def job() -> Json:
    """The version's own tags say how."""
    return {
        "image_version_id": VERSION_ID,
        "run": "r1",
        "subscription_id": "s",
        "resource_group": "g-smoke",
    }


def run(ctx: FakeContext, job: Json) -> Verification:
    """The verification of the whole story."""
    return Verification.from_json(drive(ctx, verify_image_version(ctx, job)))


def test_passes_and_waits_for_its_proof(answers: Json, job: Json) -> None:
    """A version that passes with nothing left may be promoted, and is not before its origin is proved."""
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.verdict, result.teardown, result.promoted, result.exit_code) == ("passed", "complete", False, 0)
    assert (result.may_promote, result.published_at) == (True, "2026-11-21T12:00:00+00:00")
    assert result.left == ()
    assert ctx.names() == [
        "validate_image_version",
        "smoke_one",
        "prove_gone",
        "record_verdict",
        "record_verdict",
    ]
    assert {"validate", "provision", "probe", "record", "total"} <= set(result.timings_s)


def test_region_job(answers: Json, job: Json) -> None:
    """A region's job has every size there, then the other regions of the version, and tags that name owner and end."""
    answers["validate_image_version"] = usable(SmokeSpec(vm_sizes=("A", "B"), allow_from="1.2.3.4"))
    ctx = FakeContext(answers)

    run(ctx, job)

    sub = next(call for name, call in ctx.calls if name == "smoke_one")
    places = [(place["region"], place["vm_size"]) for place in sub["places"]]
    assert places == [("westeurope", "A"), ("westeurope", "B"), ("northeurope", "A"), ("northeurope", "B")]
    assert sub["allowed_source"] == "1.2.3.4"
    assert sub["tags"] == {
        "imagegate-owner": "imagegate",
        "imagegate-smoke-run": "r1",
        "imagegate-ref": MAIN,
        "imagegate-commit": "c0ffee",
        "imagegate-created-at": "2026-11-21T12:00:00Z",
        "imagegate-expires-at": "2026-11-21T13:05:00Z",
    }


def test_waits_for_replication(answers: Json, job: Json) -> None:
    """While the version is replicated the story waits on timers, and tells why once."""
    answers["validate_image_version"] = [WAIT, WAIT, usable()]
    ctx = FakeContext(answers)

    assert run(ctx, job).verdict == "passed"
    assert ctx.timers >= 2
    assert [event["text"] for event in ctx.status["events"] if event["kind"] == "note"] == [
        f"waiting: {WAIT['reason']}"
    ]


def test_replication_takes_too_long(answers: Json, job: Json) -> None:
    """A version that is not replicated by the deadline is unusable; nothing was created, and it is left as it is."""
    answers["validate_image_version"] = WAIT
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.exit_code, result.teardown) == (4, "complete")
    assert set(ctx.names()) == {"validate_image_version"}


def test_unusable(answers: Json, job: Json) -> None:
    """An unusable version ends the story with exit 4 and the reason."""
    answers["validate_image_version"] = {"state": "unusable", "reason": "it does not exist"}

    result = run(FakeContext(answers), job)

    assert (result.exit_code, result.verdict) == (4, "inconclusive")
    assert result.reason == "The image version golden/web/1.2.3 is not usable: it does not exist."


def test_no_specification(answers: Json, job: Json) -> None:
    """A version whose tags hold no smoke specification cannot be verified without one, and is left as it is."""
    answers["validate_image_version"] = usable(tags={})
    ctx = FakeContext(answers)

    assert run(ctx, job).cause is Cause.UNUSABLE
    assert ctx.names() == ["validate_image_version"]


def test_broken_specification(answers: Json, job: Json) -> None:
    """Tags that were changed by hand do not break the story; the version gets its verdict."""
    answers["validate_image_version"] = usable(tags={"imagegate-smoke-0": '{"probes": ['})
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert result.cause is Cause.UNUSABLE
    assert "cannot be read" in result.reason
    assert ctx.names()[-1] == "record_verdict"


BOUNDS = SmokeBounds(allowed_source="AzureCloud.westeurope").to_json()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (SmokeSpec(vm_sizes=("Standard_M416ms_v2",)), "vm-size Standard_M416ms_v2"),
        (SmokeSpec(allow_from="Internet"), "allow-from Internet"),
    ],
    ids=["size", "source"],
)
def test_tags_out_of_bounds(answers: Json, job: Json, spec: SmokeSpec, words: str) -> None:
    """What tags ask for beyond the verifier's bounds makes no VM; the verdict names it, and is recorded."""
    answers["validate_image_version"] = usable(spec)
    ctx = FakeContext(answers)

    result = run(ctx, {**job, "bounds": BOUNDS})

    assert (result.verdict, result.cause, result.teardown) == ("inconclusive", Cause.UNUSABLE, "complete")
    assert result.reason.startswith(f"{words} in the tags imagegate-smoke-… is outside of IMAGEGATE_")
    assert "smoke_one" not in ctx.names()
    assert next(call for name, call in ctx.calls if name == "record_verdict")["verdict"] == "inconclusive"


def test_given_specification_is_trusted(answers: Json, job: Json) -> None:
    """The folder that a person names on the command line is trusted input."""
    job |= {"smoke": {"vm-size": "Standard_M416ms_v2", "allow-from": "Internet"}, "bounds": BOUNDS}

    assert run(FakeContext(answers), job).verdict == "passed"


def test_instances_of_older_releases(answers: Json, job: Json) -> None:
    """A job without bounds goes on as it began."""
    answers["validate_image_version"] = usable(SmokeSpec(vm_sizes=("Standard_M416ms_v2",)))

    assert run(FakeContext(answers), job).verdict == "passed"


def test_regions_that_the_version_is_not_in(answers: Json, job: Json) -> None:
    """A region of the tags that the version has no replica in makes no VM anywhere."""
    spec = SmokeSpec(regions=("westeurope", "brazilsouth"))
    unusable = {"state": "unusable", "reason": "it is not kept in brazilsouth (but in West Europe)"}
    answers["validate_image_version"] = lambda call: unusable if call["regions"] else usable(spec)
    ctx = FakeContext(answers)

    result = run(ctx, {**job, "bounds": BOUNDS})

    assert result.cause is Cause.UNUSABLE
    assert "brazilsouth" in result.reason
    assert "smoke_one" not in ctx.names()


def test_given_specification_wins(answers: Json, job: Json) -> None:
    """A folder's specification is used instead of the tags', and --reach instead of both."""
    answers["validate_image_version"] = usable(tags={"imagegate-ref": MAIN})
    job |= {"smoke": {"probes": [{"tcp": {"port": 22}}]}, "reach": "run-command"}
    ctx = FakeContext(answers)

    run(ctx, job)

    smoke = next(call for name, call in ctx.calls if name == "smoke_one")["smoke"]
    assert (smoke["probes"], smoke["reach"]) == ([{"tcp": {"port": 22}}], "run-command")


def test_regions_of_the_tags_are_validated(answers: Json, job: Json) -> None:
    """Regions that only the tags name are validated before a VM is made in them."""
    spec = SmokeSpec(regions=("westeurope", "northeurope"))
    answers["validate_image_version"] = lambda call: usable(spec, regions=call["regions"] or ["westeurope"])
    answers["smoke_one"] = lambda call: region(region=call["places"][0]["region"])
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert [call["regions"] for name, call in ctx.calls if name == "validate_image_version"] == [[], list(spec.regions)]
    assert [one.region for one in result.regions] == list(spec.regions)
    assert ctx.status["children"] == ["run-westeurope", "run-northeurope"]


def test_one_region_fails(answers: Json, job: Json) -> None:
    """One region that fails fails the image, whatever its siblings say; the reason names it."""
    answers["validate_image_version"] = usable(SmokeSpec(regions=("a", "b")), regions=["a", "b"])
    answers["smoke_one"] = [region(region="a"), region(Cause.IMAGE, region="b", reason="refused")]
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.verdict, result.reason, result.exit_code) == ("failed", "b: refused", 5)
    assert "quarantine_image_version" in ctx.names()


def test_region_breaks_off(answers: Json, job: Json) -> None:
    """A region that breaks off against its promise does not hide its sibling, and counts as not torn down."""
    answers["validate_image_version"] = usable(SmokeSpec(regions=("a", "b")), regions=["a", "b"])
    answers["smoke_one"] = [region(region="a"), RuntimeError("gone")]
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.cause, result.exit_code) == (Cause.DEFECT, 6)
    assert [one.cause for one in result.regions] == [Cause.NONE, Cause.DEFECT]
    assert "prove_gone" in ctx.names()


def test_failed_is_quarantined(answers: Json, job: Json) -> None:
    """A failed version is kept out of latest, with an end-of-life date, its verdict, and all that its record holds."""
    answers["smoke_one"] = region(Cause.IMAGE, reason="Port 80 refused.\nA second line.")
    job["records_container"] = "https://proofs.example/records"
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.promoted, result.exit_code) == (False, 5)
    change = next(call for name, call in ctx.calls if name == "quarantine_image_version")
    assert change == {
        "image_version_id": VERSION_ID,
        "verdict": "failed",
        "end_of_life": "2026-12-21T00:00:00Z",
        "records_container": "https://proofs.example/records",
        "published_at": "2026-11-21T12:00:00+00:00",
        "reason": "Port 80 refused.",
        "teardown": "complete",
        "may_promote": False,
    }


@pytest.mark.parametrize(
    ("cause", "exit_code"),
    [(Cause.CAPACITY, 8), (Cause.POLICY, 8), (Cause.UNREACHED, 8), (Cause.SERVICE, 7), (Cause.NOT_AUTHORISED, 9)],
)
def test_inconclusive_is_only_recorded(answers: Json, job: Json, cause: Cause, exit_code: int) -> None:
    """What says nothing about the image leaves latest as it is."""
    answers["smoke_one"] = region(cause)
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.verdict, result.exit_code) == ("inconclusive", exit_code)
    assert ctx.names()[-1] == "record_verdict"


def test_leak_withholds_promotion(answers: Json, job: Json) -> None:
    """With something left a pass stays a pass, may not be promoted, and exits 6."""
    answers["smoke_one"] = region(teardown=TeardownResult.INCOMPLETE, left=("/nic",))
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.verdict, result.teardown, result.promoted, result.exit_code) == ("passed", "incomplete", False, 6)
    assert result.left == ("/nic",)
    assert not result.may_promote


def test_leak_comes_before_failure(answers: Json, job: Json) -> None:
    """A failed image that also leaks exits 6, and the verdict on the image stays."""
    answers["smoke_one"] = region(Cause.IMAGE, teardown=TeardownResult.INCOMPLETE, left=("/nic",))

    result = run(FakeContext(answers), job)

    assert (result.verdict, result.exit_code) == ("failed", 6)


def test_leak_that_only_the_tag_shows(answers: Json, job: Json) -> None:
    """What the run's tag still shows counts as left, though every region believes to be done."""
    answers["prove_gone"] = {"left": ["/somebody-elses-idea"]}

    result = run(FakeContext(answers), job)

    assert (result.teardown, result.left) == ("incomplete", ("/somebody-elses-idea",))


def test_proof_that_cannot_be_had(answers: Json, job: Json) -> None:
    """Where the group may not be listed, each resource's own absence is the proof, and a note says so."""
    answers["prove_gone"] = {"fault": {"cause": "not-authorised", "reason": "may not list"}}

    result = run(FakeContext(answers), job)

    assert (result.teardown, result.verdict) == ("complete", "passed")
    assert result.notes == ("It could not be proved that nothing is left: may not list",)


def test_promote_never(answers: Json, job: Json) -> None:
    """With promote: never the verdict is recorded and the flags are left alone."""
    job["smoke"] = {"promote": "never"}
    ctx = FakeContext(answers)

    assert not run(ctx, job).may_promote
    assert ctx.names()[-1] == "record_verdict"


def test_kept(answers: Json, job: Json) -> None:
    """A VM that was kept is no leak: named, not promoted, exit by verdict."""
    job["keep"] = True
    answers["smoke_one"] = region(teardown=TeardownResult.KEPT, left=("/vm",))
    ctx = FakeContext(answers)

    result = run(ctx, job)

    assert (result.teardown, result.left, result.may_promote, result.exit_code) == ("kept", ("/vm",), False, 0)
    assert "prove_gone" not in ctx.names()


def test_gallery_refuses(answers: Json, job: Json) -> None:
    """A gallery that does not take the verdict changes none, and is noted."""
    answers["record_verdict"] = {"fault": {"cause": "service", "reason": "locked"}}

    result = run(FakeContext(answers), job)

    assert (result.verdict, result.promoted) == ("passed", False)
    assert any("locked" in note for note in result.notes)


def test_change_that_never_takes(answers: Json, job: Json) -> None:
    """A change that is not read back in half an hour is given up, and noted."""
    answers["record_verdict"] = {"done": False, "reason": 'its provisioning state is "Updating"'}

    result = run(FakeContext(answers), job)

    assert result.verdict == "passed"
    assert any("not become so in time" in note for note in result.notes)


def test_interrupted_while_validating(answers: Json, job: Json) -> None:
    """An interruption before anything was made ends with 130, and nothing is touched."""
    answers["validate_image_version"] = WAIT
    ctx = FakeContext(answers)
    ctx.at_timer = lambda _number: ctx.raise_event("interrupt")

    result = run(ctx, job)

    assert (result.exit_code, result.teardown) == (130, "complete")
    assert set(ctx.names()) == {"validate_image_version"}


def test_interrupted_in_time_to_make_nothing(answers: Json, job: Json) -> None:
    """An interruption that comes during the last look at the version still makes no VM."""
    ctx = FakeContext(answers)

    def looked(_call: Json) -> Json:
        ctx.raise_event("interrupt")
        return usable()

    answers["validate_image_version"] = looked

    assert run(ctx, job).cause is Cause.INTERRUPTED
    assert "smoke_one" not in ctx.names()


def test_interruption_is_passed_on(answers: Json, job: Json) -> None:
    """An interruption is sent to each running region; their teardown is waited for, the version is untouched."""
    answers["validate_image_version"] = usable(SmokeSpec(regions=("a", "b")), regions=["a", "b"])
    ctx = FakeContext(answers)

    def ended(call: Json) -> Json:
        if not ctx.events["interrupt"].is_complete:
            ctx.raise_event("interrupt")
        return region(Cause.INTERRUPTED, region=call["places"][0]["region"])

    answers["smoke_one"] = ended

    result = run(ctx, job)

    assert ctx.sent == [("run-a", "interrupt"), ("run-b", "interrupt")]
    assert (result.exit_code, result.teardown) == (130, "complete")
    assert ctx.names()[-1] == "prove_gone"


def test_leak_after_interruption(answers: Json, job: Json) -> None:
    """An interruption whose teardown leaks exits 6: somebody has to act."""
    answers["smoke_one"] = region(Cause.INTERRUPTED, teardown=TeardownResult.INCOMPLETE, left=("/vm",))

    assert run(FakeContext(answers), job).exit_code == 6


def test_defect(answers: Json, job: Json) -> None:
    """A defect of ours ends in a result, with exit 1."""
    answers["validate_image_version"] = {"nothing": "known"}

    result = run(FakeContext(answers), job)

    assert (result.cause, result.exit_code) == (Cause.DEFECT, 1)
