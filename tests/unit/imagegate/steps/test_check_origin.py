"""What the proofs of a version come to; the attack list is in test_check_proof.py."""

from collections.abc import Iterator

import pytest

from fake_wire import Wire
from gate_bench import ORIGIN, GateBench
from imagegate.gateway.job_tokens import JobTokens
from imagegate.steps.check_origin import OriginCheck, check_origin
from job_issuer import RULES, URL, JobIssuer


@pytest.fixture
def bench(wire: Wire) -> Iterator[GateBench]:
    """A version that nobody signed yet."""
    found = GateBench(wire, JobIssuer())
    with found.with_keys():
        yield found


def _check(bench: GateBench, *containers: str) -> OriginCheck:
    return check_origin(bench.cloud, bench.statement, RULES, containers=containers, tokens=JobTokens(URL))


def test_one_good_proof_is_enough(bench: GateBench) -> None:
    """Bad tokens beside a good one change nothing, and the good one's claims come back."""
    bench.sign(kid="k9")
    bench.sign()
    bench.sign(run_id="1")

    found = _check(bench, ORIGIN)

    assert (found.proved, found.claims["run_id"]) == (True, "4711")


def test_the_last_reason_is_told(bench: GateBench) -> None:
    """Without a good token the reason says what was wrong with one of those that are there."""
    bench.sign(repository="contoso/fork")

    found = _check(bench, ORIGIN)

    assert (found.proved, found.certain) == (False, True)
    assert "contoso/fork" in found.reason


def test_no_container_is_no_proof(bench: GateBench) -> None:
    """Where no container is configured, none is asked, and nothing is proved."""
    bench.sign()

    assert _check(bench) == OriginCheck(reason="the build job did not sign")
