"""The container action's post step: ends what a killed or cancelled main step could not end itself.

The runner calls it at the end of the job, always, in a fresh container with the same inputs; what the main step kept is
in STATE_<name>. It has minutes where a cancelled step has ten seconds. Some runners hand over no state: then a build's
template is found by the part of its key that is the job's own.
"""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from imagegate.cli.command import Surroundings
from imagegate.cli.leftovers import ENDED, STATE_NAME, Leftover

if TYPE_CHECKING:
    from imagegate.cli.command import Shell

_SWEEP_DEADLINE_S = 240
"""Of the four and three quarter minutes that follow a cancellation. Source: actions/runner, JobDispatcher.cs."""
_REPORTING = ("build", "verify")
_KILLED = "The step ended before it had a result: it was cancelled or killed."


def main() -> NoReturn:
    """Entry point of the post step; nothing left is 0."""
    state = os.environ.get(f"STATE_{STATE_NAME}", "")
    left = Leftover.parse(state)
    if state == ENDED or (left is None and _command(os.environ) not in _REPORTING):
        sys.exit(0)
    from imagegate.cli.ending import tell_error

    around = Surroundings.of_this_process()
    try:
        sys.exit(end(left, around))
    except Exception as error:  # noqa: BLE001 - told as every error is
        sys.exit(tell_error(error, ["post"], around))


def end(left: Leftover | None, surroundings: Surroundings) -> int:
    """End what is left, close the statuses, and return the exit code. Without a leftover the run is searched."""
    from imagegate.cli.action import translate
    from imagegate.cli.command import Shell
    from imagegate.errors import InputError
    from imagegate.waiting import SystemClock

    shell = Shell(as_json=False, color=False, verbose=False, clock=SystemClock(), surroundings=surroundings)
    try:
        try:
            os.environ.update(translate(os.environ)[1])
        except InputError:
            return 0  # the main step refused these inputs, too: it began nothing
        if left is not None and left.name:
            return _end_left(left, shell)
        if left is None and _command(os.environ) == "build":
            _end_found(shell)
        return 0
    finally:
        _close_statuses(left, shell)
        if shell.job is not None:
            shell.job.heartbeat.stop()


def _end_left(left: Leftover, shell: "Shell") -> int:
    from imagegate.cli.leftovers import read_submitted
    from imagegate.errors import TeardownIncomplete
    from imagegate.flows.end_leftover import end_left_build, sweep_left_verification
    from imagegate.model import ResourceId
    from imagegate.settings import CloudSettings
    from imagegate.steps.sign_origin import Signer
    from imagegate.waiting import Deadline

    cloud = shell.connect(CloudSettings(arm_endpoint=left.arm_endpoint, subscription_id=left.subscription_id))
    story = shell.story()
    with story.step("post", f"Ending what the {left.kind} left"):
        if left.kind == "build":
            submitted = read_submitted(left.submitted)
            signer = Signer.of(os.environ, cloud, on_secret=cloud.on_secret) if submitted is not None else None
            end_left_build(
                cloud, ResourceId.parse(left.name), left.run, story.progress, submitted=submitted, signer=signer
            )
            return 0
        deadline = Deadline.after(_SWEEP_DEADLINE_S, shell.clock)
        now = datetime.now(UTC)
        swept = [
            sweep_left_verification(cloud, left.name, run, now=now, deadline=deadline, progress=story.progress)
            for run in left.run.split(",")
        ]
    return TeardownIncomplete.exit_code if any(one.left for one in swept) else 0


def _end_found(shell: "Shell") -> None:
    """End what this job's build left, in the group of imagegate.yaml."""
    from imagegate.errors import InputError
    from imagegate.flows.end_leftover import end_found_builds
    from imagegate.model.job_key import job_part
    from imagegate.settings import load_settings
    from imagegate.steps.find_side import find_side

    try:
        settings = load_settings(Path(os.environ.get("INPUT_FOLDER") or "."))
    except InputError:
        return  # no build begins with these
    story = shell.story()
    with story.step("post", "Looking for what the build left"):
        cloud = shell.connect(settings.azure)
        group = find_side(cloud, settings.azure, os.environ, note=story.progress.note)
        end_found_builds(cloud, group, job_part(os.environ), settings.name, story.progress)


def _close_statuses(left: Leftover | None, shell: "Shell") -> None:
    """The commit must not wait for a step that is gone; a status that the step closed stays as it is."""
    from imagegate.cli.commit import commit_teller
    from imagegate.model.commit_status import build_context, verify_context
    from imagegate.settings import image_name

    statuses = os.environ.get("INPUT_STATUSES") or "all"
    kind = left.kind if left is not None else _command(os.environ)
    teller = commit_teller(shell, statuses)
    if teller is None or (kind == "verify" and statuses != "all"):
        return
    folder = Path(os.environ.get("INPUT_FOLDER") or ".")
    image = (left.image if left is not None else "") or image_name(folder)
    run = teller.event.run
    if kind == "build":
        subjects = [str(folder.resolve())]
        if teller.close_open(build_context(image), _KILLED, run=run, subjects=subjects) and statuses == "all":
            teller.close_open(verify_context(image), f"Not verified: {_KILLED}", run=run)
        return
    for version in _versions(os.environ):
        if context := teller.context_of(version):
            teller.close_open(context, f"Not verified: {_KILLED}", subjects=[version])
            return
    teller.close_open(verify_context(image), f"Not verified: {_KILLED}")


def _command(environment: Mapping[str, str]) -> str:
    return environment.get("INPUT_COMMAND", "").strip() or "build"


def _versions(environment: Mapping[str, str]) -> list[str]:
    from imagegate.cli.action import version_ids

    return version_ids(environment.get("INPUT_IMAGE-VERSION-ID", ""))
