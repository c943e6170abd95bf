"""How the build ended, by Packer's own words: failed, finished, or not told."""

import re
from dataclasses import dataclass

from imagegate.diagnosis.log_line import Channel
from imagegate.diagnosis.provisioners import Course, Placed

_FAILED = re.compile(
    r"Build '[^']*' errored|didn't complete successfully and had errors|Provisioning step had errors|"
    r"Script exited with non-zero exit status|Error: Failed to prepare build|Cancelling build after receiving|"
    r"machine readable: \S+,error|Build was cancell?ed|Restart script exited with non-zero|PACKER CRASH|"
    r"Error: .{0,20}prepar|Builds finished with errors"
)
_FINISHED = re.compile(r"Build '[^']*' finished(?! with error)|Skipping image creation|-> Snapshot ID :")
_STATUS = re.compile(r"non-zero exit (?:status|code):? ?(-?\d+)")
# By SSH and by WinRM.
_REMOTE_STATUS = re.compile(
    r"(?:Remote command exited with '|^\[INFO\] command '.{1,2000}' exited with code: )([1-9]\d*)"
)
_ARTIFACTS = "artifacts of successful builds"
_STEP_FAILED = re.compile(
    r"Provisioning step had errors|Script exited with non-zero|script disconnected", re.IGNORECASE
)
_VERDICT = re.compile(
    r"Build '[^']*' errored(?: after [^:]{1,60})?: (?P<reason>.+)|machine readable: \S+,error "
    r"\[\]string\{\"(?P<told>.+)\"\}"
)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What Packer said about the end; `step` is the one that failed, or ran when nothing more was heard."""

    failed: bool
    finished: bool
    step: int | None
    exit_status: int | None
    verdict: Placed | None
    reason: str


def read_ending(course: Course) -> Ending:
    """One look over what Packer itself says."""
    failed, finished, step_failed, listing = False, False, False, False
    status: int | None = None
    remote_status: int | None = None
    verdict: Placed | None = None
    reason = ""
    for placed in course.lines:
        channel, text = placed.line.channel, placed.line.text
        if channel is Channel.GUEST:
            continue
        # The arrow stands before what went wrong, and in other builds before what was made.
        listing = listing or _ARTIFACTS in text
        if channel is Channel.VERDICT and not listing:
            failed, verdict, reason = True, placed, text
        if _FAILED.search(text):
            failed = True
            found = _VERDICT.search(text)
            if found and verdict is None:
                verdict, reason = placed, found["reason"] or found["told"]
        step_failed = step_failed or _STEP_FAILED.search(text) is not None
        finished = finished or _FINISHED.search(text) is not None
        if found := _STATUS.search(text):
            status = int(found[1])
        elif channel is Channel.DEBUG and (found := _REMOTE_STATUS.search(text)):
            remote_status = int(found[1])
    # Every build ends with this mark, and one that failed has said so by then.
    finished = finished or (course.finalized and not failed)
    if status is None and not finished:
        status = remote_status
    step = _step(course, failed=failed or status is not None, step_failed=step_failed)
    return Ending(failed=failed, finished=finished, step=step, exit_status=status, verdict=verdict, reason=reason)


def _step(course: Course, *, failed: bool, step_failed: bool) -> int | None:
    if not course.steps:
        return None
    last = len(course.steps) - 1
    if step_failed:
        return last
    if course.went_on or not (failed or not course.steps[-1].has_ended):
        return None
    return last
