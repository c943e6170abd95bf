"""The error that a verification amounts to."""

import pytest

from imagegate.flows.verify_failure import failure_of
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, Verification


def verification(cause: Cause, teardown: TeardownResult = TeardownResult.COMPLETE) -> Verification:
    """One that ended so."""
    return Verification(
        image_version_id="/v", run="r", cause=cause, reason="refused", teardown=teardown, left=("/left",)
    )


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("teardown", TeardownResult)
def test_exit_codes_agree(cause: Cause, teardown: TeardownResult) -> None:
    """Error and verification agree on the exit code; a pass has no error."""
    result = verification(cause, teardown)
    error = failure_of(result)

    assert (error.exit_code if error else 0) == result.exit_code


def test_leak_tells_both() -> None:
    """A leak after a failure tells the failure first, then what is left and how to remove it."""
    text = str(failure_of(verification(Cause.IMAGE, TeardownResult.INCOMPLETE)))

    assert text.index("refused") < text.index("/left") < text.index("imagegate sweep")
