"""The verification of a version that came of a commit."""

from typing import Any

import pytest
from durabletask import task

from fake_orchestration import FakeContext, drive
from imagegate.flows.verify_for_commit import verify_for_commit
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, Verification

_JOB = {
    "image_version_id": "/subscriptions/s",
    "run": "0123",
    "image": "web",
    "repository": "acme/images",
    "commit": "0123456",
    "limit_s": 60,
}
_SPEAKS = {"speaks": True, "promoted": False, "reason": "", "claims": {}}


def _verification(cause: Cause, *, teardown: TeardownResult = TeardownResult.COMPLETE, **parts: Any) -> Verification:  # noqa: ANN401
    reason = "" if cause is Cause.NONE else "Port 80 answered 503.\nA second line."
    return Verification(
        image_version_id="/subscriptions/s", run="0123", cause=cause, reason=reason, teardown=teardown, **parts
    )


def _answers(result: dict[str, Any]) -> dict[str, Any]:
    """Activities and stories that all go well."""
    return {"verify_image_version": result, "publish_verdict": {}, "decide_promotion": _SPEAKS, "post_status": {}}


@pytest.mark.parametrize(
    ("cause", "state", "description"),
    [
        (Cause.NONE, "success", "Passed: it booted and answered. Promoted."),
        (Cause.IMAGE, "failure", "Failed: Port 80 answered 503."),
        (Cause.CAPACITY, "error", "Inconclusive: Port 80 answered 503; the image was not tested."),
        (Cause.UNUSABLE, "error", "Inconclusive: Port 80 answered 503; the image was not tested."),
    ],
)
def test_verdict_becomes_the_status(cause: Cause, state: str, description: str) -> None:
    """Passed is success, the image's fault is failure, everything else is error; one line says why."""
    promotion = "Promoted." if cause is Cause.NONE else ""
    result = _verification(cause, promotion=promotion).to_json()
    ctx = FakeContext(_answers(result))

    assert drive(ctx, verify_for_commit(ctx, _JOB)) == result

    assert ctx.names() == ["verify_image_version", "publish_verdict", "decide_promotion", "post_status"]
    status = ctx.calls[-1][1]
    assert status["only_pending"] is False
    assert (status["context"], status["state"], status["description"]) == ("imagegate/verify (web)", state, description)
    assert status["subjects"] == ["/subscriptions/s"]


@pytest.mark.parametrize("image", [None, "", "two words", "web) (db"])
def test_version_without_a_usable_name(image: str | None) -> None:
    """A version of an older release, or one whose tag is no name, has the context without a name."""
    job = {**_JOB, "image": image} if image is not None else {key: _JOB[key] for key in _JOB if key != "image"}
    ctx = FakeContext(_answers(_verification(Cause.NONE).to_json()))

    drive(ctx, verify_for_commit(ctx, job))

    assert ctx.calls[-1][1]["context"] == "imagegate/verify"


def test_version_that_may_not_speak_closes_only_what_is_pending() -> None:
    """Without a proof of its origin the version writes neither green nor red."""
    silent = {**_SPEAKS, "speaks": False, "reason": "there is no proof of its origin"}
    ctx = FakeContext(_answers(_verification(Cause.NONE).to_json()) | {"decide_promotion": silent})

    drive(ctx, verify_for_commit(ctx, _JOB))

    status = ctx.calls[-1][1]
    assert (status["state"], status["only_pending"], status["subjects"]) == ("error", True, ["/subscriptions/s"])
    assert status["description"] == "Not reported: there is no proof of its origin."


def test_story_that_breaks_off_still_closes_the_status() -> None:
    """Against its promise the verification failed: the status is closed, and the orchestration fails with it."""
    ctx = FakeContext({"verify_image_version": RuntimeError("a defect"), "post_status": {}})

    with pytest.raises(task.TaskFailedError):
        drive(ctx, verify_for_commit(ctx, _JOB))

    assert ctx.calls[-1][1]["state"] == "error"


def test_verdict_stands_though_nobody_could_be_told() -> None:
    """Where neither GitHub nor the topic takes it, the verification still ends with its verdict, and says so."""
    result = _verification(Cause.NONE).to_json()
    failing = {"post_status": RuntimeError("no GitHub"), "publish_verdict": RuntimeError("no topic")}
    ctx = FakeContext(_answers(result) | failing)

    found = drive(ctx, verify_for_commit(ctx, _JOB))

    assert (found["verdict"], found["exit_code"]) == ("passed", 0)
    assert [note.split(";")[0].split(":")[0] for note in found["notes"]] == [
        "The verdict's event could not be published",
        "The status could not be posted",
    ]


@pytest.mark.parametrize(("enforces", "noted"), [(True, False), (False, True)])
def test_guard_that_only_reports_is_said_in_the_verdict(enforces: bool, noted: bool) -> None:
    """Whoever reads a verdict knows that a version may be published past it."""
    ctx = FakeContext(_answers(_verification(Cause.NONE).to_json()))

    found = drive(ctx, verify_for_commit(ctx, {**_JOB, "guard_enforces": enforces}))

    assert any(note.startswith("The guard only reports") for note in found["notes"]) == noted


def test_verification_of_an_older_release() -> None:
    """What was under way at an upgrade has no limit and no proof: its pending status is closed, then its event goes."""
    job = {key: value for key, value in _JOB.items() if key != "limit_s"}
    result = _verification(Cause.NONE).to_json()
    ctx = FakeContext(_answers(result))

    assert drive(ctx, verify_for_commit(ctx, job)) == result

    assert ctx.names() == ["verify_image_version", "post_status", "publish_verdict"]
    assert (ctx.calls[1][1]["state"], ctx.calls[1][1]["only_pending"]) == ("error", True)


def test_decision_that_breaks_off_closes_what_is_pending() -> None:
    """A decision that fails leaves no status pending."""
    failed = task.TaskFailedError("lost", Exception("lost"))
    ctx = FakeContext(_answers(_verification(Cause.NONE).to_json()) | {"decide_promotion": failed})

    with pytest.raises(task.TaskFailedError):
        drive(ctx, verify_for_commit(ctx, _JOB))

    status = ctx.calls[-1][1]
    assert (status["state"], status["only_pending"]) == ("error", True)
