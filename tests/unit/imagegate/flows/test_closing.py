"""Closing a commit's status from within a story."""

from fake_orchestration import FakeContext, drive
from imagegate.flows.closing import close_status

_JOB = {"repository": "acme/images", "commit": "0123456", "run_of_build": "4711-1"}


def test_status_is_posted_to_the_commit() -> None:
    """The activity gets repository, commit, state, context, description and the orchestration's own time."""
    ctx = FakeContext({"post_status": {}})

    assert drive(ctx, close_status(ctx, _JOB, context="imagegate/verify", state="success", description="Fine."))

    assert ctx.calls == [
        (
            "post_status",
            {
                "repository": "acme/images",
                "commit": "0123456",
                "context": "imagegate/verify",
                "state": "success",
                "description": "Fine.",
                "target_url": "",
                "run": "4711-1",
                "subjects": [],
                "at": "2026-11-21T12:00:00+00:00",
                "unless_closed": False,
                "only_pending": False,
            },
        )
    ]


def test_build_without_a_commit_has_no_status() -> None:
    """An image that was built by hand names no commit, and nothing is posted."""
    ctx = FakeContext({})
    story = close_status(ctx, {"repository": "", "commit": ""}, context="x", state="error", description="y")

    assert drive(ctx, story) is False


def test_status_that_cannot_be_posted() -> None:
    """After all tries the story goes on: it is only said that nothing was posted."""
    ctx = FakeContext({"post_status": RuntimeError("no GitHub")})

    assert drive(ctx, close_status(ctx, _JOB, context="imagegate/verify", state="error", description="y")) is False
