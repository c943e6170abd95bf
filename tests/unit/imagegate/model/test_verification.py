"""What a verification's parts add up to, and that they survive JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.model import Attempt, TeardownResult
from imagegate.model.verification import Cause, ProbeResult, RegionOutcome, Verification, innermost_line

attempts = st.builds(
    Attempt,
    probe=st.just("p"),
    number=st.integers(1, 99),
    passed=st.booleans(),
    detail=st.sampled_from(["refused", "status 200", "status 503"]),
    seconds=st.just(0.5),
    status=st.sampled_from([None, 200, 503]),
    body_excerpt=st.just(""),
)
probes = st.builds(
    ProbeResult.of, st.just("p"), url=st.just("u"), phase=st.just("first-boot"), attempts=st.lists(attempts, max_size=8)
)
regions = st.builds(
    RegionOutcome,
    region=st.text(max_size=5),
    vm_size=st.text(max_size=5),
    vm_name=st.text(max_size=5),
    cause=st.sampled_from(Cause),
    reason=st.text(max_size=9),
    teardown=st.sampled_from(TeardownResult),
    probes=st.lists(probes, max_size=2).map(tuple),
    left=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    timings_s=st.dictionaries(st.text(max_size=5), st.floats(0, 9), max_size=2),
)
verifications = st.builds(
    Verification,
    image_version_id=st.text(max_size=5),
    run=st.text(max_size=5),
    cause=st.sampled_from(Cause),
    reason=st.text(max_size=9),
    teardown=st.sampled_from(TeardownResult),
    regions=st.lists(regions, max_size=2).map(tuple),
    left=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    promoted=st.booleans(),
)


@given(verifications)
def test_round_trip(verification: Verification) -> None:
    """A verification survives the way through JSON, which every orchestration takes."""
    assert Verification.from_json(json.loads(json.dumps(verification.to_json()))) == verification


@given(st.lists(attempts, max_size=30))
def test_thinned_attempts(made: list[Attempt]) -> None:
    """First and last attempt are always kept, no three alike in a row, and all are counted."""
    result = ProbeResult.of("p", url="u", phase="first-boot", attempts=made)

    kept = [(one.passed, one.status, one.detail) for one in result.attempts]
    assert result.attempt_count == len(made)
    assert result.attempts[:1] == tuple(made[:1])
    assert result.attempts[-1:] == tuple(made[-1:])
    assert not any(kept[index] == kept[index + 1] == kept[index + 2] for index in range(len(kept) - 2))


@pytest.mark.parametrize("cause", Cause)
def test_leak_exits_six(cause: Cause) -> None:
    """Whatever the cause, something left behind exits 6 and does not change the verdict."""
    verification = Verification(
        image_version_id="v", run="r", cause=cause, reason="", teardown=TeardownResult.INCOMPLETE
    )

    assert (verification.exit_code, verification.verdict) == (6, cause.verdict)


def test_only_the_image_fails() -> None:
    """Exactly one cause fails an image, exactly one passes it."""
    verdicts = [str(cause.verdict) for cause in Cause]

    assert (verdicts.count("passed"), verdicts.count("failed")) == (1, 1)
    assert [cause.exit_code for cause in Cause if cause.exit_code == 0] == [0]


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("", ""),
        ("Port 80 refused.", "Port 80 refused."),
        ("Deploying was refused.\nDeploymentFailed: see\n  SkuNotAvailable: no", "SkuNotAvailable: no"),
        ("Deleting vm was refused.\nScopeLocked: it is locked.", "ScopeLocked: it is locked."),
        (
            "Deleting vm was refused.\nAuthorizationFailed: no\nGrant it.\n  resource:   /s\n  request id: 1",
            "AuthorizationFailed: no",
        ),
        ("Deleting vm was refused.", "Deleting vm was refused."),
    ],
)
def test_innermost_line(reason: str, line: str) -> None:
    """The service's own words, not what was tried, and no id."""
    assert innermost_line(reason) == line
