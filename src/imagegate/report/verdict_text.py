"""The words of a verdict, the same on console, job and commit: the verdict first, then the innermost cause."""

from imagegate.model import TeardownResult, Verdict
from imagegate.model.commit_status import DESCRIPTION_LIMIT
from imagegate.model.counted import counted
from imagegate.model.verification import Cause, Verification, innermost_line
from imagegate.report.workflow_commands import cut

INCOMPLETE_MARK = "⚠️"
"""Of a verdict whose teardown is incomplete: it is neither a pass nor a failure of the image."""

_STATES = {Verdict.PASSED: "success", Verdict.FAILED: "failure", Verdict.INCONCLUSIVE: "error"}
_NOT_TESTED = "; the image was not tested."


def headline_of(verification: Verification) -> str:
    """`Passed`, or `Passed, but 1 resource is left`."""
    verdict = str(verification.verdict).capitalize()
    if verification.teardown is not TeardownResult.INCOMPLETE:
        return verdict
    count = len(verification.left)
    if not count:
        return f"{verdict}, but the teardown is incomplete"
    return f"{verdict}, but {counted(count, 'resource')} {'is' if count == 1 else 'are'} left"


def status_of(verification: Verification) -> tuple[str, str]:
    """State and description of the commit status. An incomplete teardown is an error, whatever the verdict."""
    if verification.teardown is TeardownResult.INCOMPLETE:
        names = ", ".join(one.rsplit("/", 1)[-1] for one in verification.left)
        text = f"{INCOMPLETE_MARK} {headline_of(verification)}{f': {names}' if names else ''}"
        return "error", cut(text, DESCRIPTION_LIMIT)
    state = _STATES[verification.verdict]
    if verification.verdict is Verdict.PASSED:
        return state, f"Passed: it booted and answered. {verification.promotion}".strip()
    tested = any(region.probes for region in verification.regions) or verification.cause is Cause.IMAGE
    tail = "." if tested or verification.cause is Cause.INTERRUPTED else _NOT_TESTED
    head = f"{headline_of(verification)}: "
    cause = _cause(verification).rstrip(".")
    return state, f"{head}{cut(cause, DESCRIPTION_LIMIT - len(head) - len(tail))}{tail}"


def not_tested(cause: str) -> str:
    """The description for a verification that ended before the image was tested."""
    head = f"{str(Verdict.INCONCLUSIVE).capitalize()}: "
    cause = cause[:1].lower() + cause[1:] if cause[1:2].islower() else cause
    return f"{head}{cut(cause.rstrip('.'), DESCRIPTION_LIMIT - len(head) - len(_NOT_TESTED))}{_NOT_TESTED}"


def _cause(verification: Verification) -> str:
    innermost = innermost_line(verification.reason)
    places = [(one.region, one.vm_size) for region in verification.regions for one in region.places]
    if verification.cause is not Cause.CAPACITY or not places:
        return innermost or "no reason is known"
    sizes = ", ".join(dict.fromkeys(size for _, size in places))
    regions = ", ".join(dict.fromkeys(region for region, _ in places))
    return f"no {'quota' if 'quota' in innermost.lower() else 'capacity'} for {sizes} in {regions}"
