"""The container action's post step: ends what a killed or cancelled main step could not end itself.

The runner calls it at the end of the job, always, in a fresh container with the same inputs; what the main step kept is
in STATE_<name>. It has minutes where a cancelled step has ten seconds.
"""

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from imagegate.cli.command import Surroundings
from imagegate.cli.leftovers import STATE_NAME, Leftover

if TYPE_CHECKING:
    from imagegate.cli.command import Shell

_SWEEP_DEADLINE_S = 240
"""Of the four and three quarter minutes that follow a cancellation. Source: actions/runner, JobDispatcher.cs."""


def main() -> NoReturn:
    """Entry point of the post step; nothing left is 0."""
    left = Leftover.parse(os.environ.get(f"STATE_{STATE_NAME}", ""))
    if left is None:
        sys.exit(0)
    from imagegate.cli.action import translate
    from imagegate.cli.ending import tell_error

    around = Surroundings.of_this_process()
    try:
        os.environ.update(translate(os.environ)[1])
        sys.exit(end(left, around))
    except Exception as error:  # noqa: BLE001 - told as every error is
        sys.exit(tell_error(error, ["post"], around))


def _close_pending(left: Leftover, shell: "Shell") -> None:
    """The commit shall not wait for what broke off; what ended well enough to tell it has told it."""
    from imagegate.cli.commit import commit_teller
    from imagegate.model.commit_status import BUILD_CONTEXT, VERIFY_CONTEXT

    statuses = os.environ.get("INPUT_STATUSES") or "all"
    if left.kind == "verify" and statuses != "all":
        return
    teller = commit_teller(shell, statuses)
    if teller is not None:
        context = BUILD_CONTEXT if left.kind == "build" else VERIFY_CONTEXT
        teller.close_pending(context, "Broken off before its end: the step was cancelled or killed.")


def end(left: Leftover, surroundings: Surroundings) -> int:
    """End what is left, and return the exit code."""
    from imagegate.cli.command import Shell
    from imagegate.errors import TeardownIncomplete
    from imagegate.flows.end_leftover import cancel_left_run, sweep_left_verification
    from imagegate.model import ResourceId
    from imagegate.settings import CloudSettings
    from imagegate.waiting import Deadline, SystemClock

    shell = Shell(as_json=False, color=False, verbose=False, clock=SystemClock(), surroundings=surroundings)
    cloud = shell.connect(CloudSettings(arm_endpoint=left.arm_endpoint, subscription_id=left.subscription_id))
    story = shell.story()
    try:
        with story.step("post", f"Ending what the {left.kind} left"):
            if left.kind == "build":
                cancel_left_run(cloud, ResourceId.parse(left.name), left.run, story.progress)
                return 0
            swept = sweep_left_verification(
                cloud,
                left.name,
                left.run,
                now=datetime.now(UTC),
                deadline=Deadline.after(_SWEEP_DEADLINE_S, shell.clock),
                progress=story.progress,
            )
        return TeardownIncomplete.exit_code if swept.left else 0
    finally:
        _close_pending(left, shell)
