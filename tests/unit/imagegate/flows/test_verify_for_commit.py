"""The verification of a version that came of a commit."""

from typing import Any

import pytest
from durabletask import task

from fake_orchestration import FakeContext, drive
from imagegate.flows.verify_for_commit import status_of, verify_for_commit
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, Verification

_JOB = {"image_version_id": "/subscriptions/s", "run": "0123", "repository": "acme/images", "commit": "0123456"}


def _verification(cause: Cause, *, teardown: TeardownResult = TeardownResult.COMPLETE, **parts: Any) -> Verification:  # noqa: ANN401
    reason = "" if cause is Cause.NONE else "Port 80 answered 503.\nA second line."
    return Verification(
        image_version_id="/subscriptions/s", run="0123", cause=cause, reason=reason, teardown=teardown, **parts
    )


@pytest.mark.parametrize(
    ("cause", "state", "description"),
    [
        (Cause.NONE, "success", "Booted and answered. Promoted."),
        (Cause.IMAGE, "failure", "Port 80 answered 503."),
        (Cause.CAPACITY, "error", "Port 80 answered 503."),
        (Cause.UNUSABLE, "error", "Port 80 answered 503."),
    ],
)
def test_verdict_becomes_the_status(cause: Cause, state: str, description: str) -> None:
    """Passed is success, the image's fault is failure, everything else is error; one line says why."""
    promotion = "Promoted." if cause is Cause.NONE else ""
    result = _verification(cause, promotion=promotion).to_json()
    ctx = FakeContext({"verify_image_version": result, "post_status": {}, "publish_verdict": {}})

    assert drive(ctx, verify_for_commit(ctx, _JOB)) == result

    assert ctx.names() == ["verify_image_version", "post_status", "publish_verdict"]
    status = ctx.calls[1][1]
    assert (status["context"], status["state"], status["description"]) == ("imagegate/verify", state, description)


def test_leak_is_an_error_whatever_the_verdict() -> None:
    """An image that passed while something of ours was left does not get a green status."""
    leaky = _verification(Cause.NONE, teardown=TeardownResult.INCOMPLETE, left=("a", "b"))

    assert status_of(leaky) == ("error", "Passed, and 2 resources of the smoke test are left.")


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
    ctx = FakeContext({"verify_image_version": result, **failing})

    found = drive(ctx, verify_for_commit(ctx, _JOB))

    assert (found["verdict"], found["exit_code"]) == ("passed", 0)
    assert [note.split(";")[0].split(":")[0] for note in found["notes"]] == [
        "The commit could not be told",
        "The verdict's event could not be published",
    ]
