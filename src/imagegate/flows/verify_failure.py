"""The error that a verification amounts to, for those who read errors rather than verdicts."""

from imagegate.errors import (
    ImageGateError,
    ImageVersionUnusable,
    Inconclusive,
    Interrupted,
    NotAuthorised,
    ServiceError,
    SmokeTestFailed,
    TeardownIncomplete,
)
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, Verification

_BY_CAUSE: dict[Cause, type[ImageGateError]] = {
    Cause.IMAGE: SmokeTestFailed,
    Cause.UNUSABLE: ImageVersionUnusable,
    Cause.SERVICE: ServiceError,
    Cause.NOT_AUTHORISED: NotAuthorised,
    Cause.INTERRUPTED: Interrupted,
    Cause.DEFECT: ImageGateError,
}


def failure_of(verification: Verification) -> ImageGateError | None:
    """None for a pass; what is left comes before what the verdict says, and both are told."""
    ids = {"image version": verification.image_version_id}
    if verification.teardown is TeardownResult.INCOMPLETE:
        lines = [verification.reason, "Something of ours is still there:", *(f"  {one}" for one in verification.left)]
        hint = "Remove it with `imagegate sweep`, or by hand: az resource delete --ids <id>"
        return TeardownIncomplete("\n".join(lines), leftovers=verification.left, hint=hint, ids=ids)
    if verification.cause is Cause.NONE:
        return None
    return _BY_CAUSE.get(verification.cause, Inconclusive)(verification.reason, ids=ids)
