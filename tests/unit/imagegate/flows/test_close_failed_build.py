"""The story of a build that brought no version."""

from fake_orchestration import FakeContext, drive
from imagegate.flows.close_failed_build import close_failed_build

_JOB = {"template_id": "t", "run_started_at": "x", "repository": "acme/images", "commit": "0123456", "image": "web"}


def test_both_statuses_are_closed_with_the_cause() -> None:
    """The build is told as failed, the verification as not made, both with the root cause."""
    cause = {"state": "failure", "description": "There is no package apche2."}
    ctx = FakeContext({"explain_failed_build": cause, "post_status": {}})

    result = drive(ctx, close_failed_build(ctx, _JOB))

    posted = [(job["context"], job["state"], job["description"]) for name, job in ctx.calls if name == "post_status"]
    assert posted == [
        ("imagegate/build (web)", "failure", "There is no package apche2."),
        ("imagegate/verify (web)", "error", "Not verified: There is no package apche2."),
    ]
    assert result["posted"] is True


def test_newer_run_is_not_spoken_over() -> None:
    """When another run has begun since, nothing is posted: its own end will speak."""
    ctx = FakeContext({"explain_failed_build": {"state": "none", "description": "Another run."}})

    assert drive(ctx, close_failed_build(ctx, _JOB))["posted"] is False
    assert ctx.names() == ["explain_failed_build"]


def test_reason_that_cannot_be_read_still_closes_the_statuses() -> None:
    """Where Azure cannot be asked for the reason, the commit is told all the same that the build failed."""
    ctx = FakeContext({"explain_failed_build": RuntimeError("nobody there"), "post_status": {}})

    found = drive(ctx, close_failed_build(ctx, _JOB))

    assert (found["state"], found["posted"]) == ("failure", True)
    posted = {call["context"]: call["state"] for name, call in ctx.calls if name == "post_status"}
    assert posted == {"imagegate/build (web)": "failure", "imagegate/verify (web)": "error"}
