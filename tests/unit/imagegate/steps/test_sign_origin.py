"""Signing what a run brought."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fake_image_builder import GROUP
from fake_wire import Answer, Wire, cloud_on
from gate_bench import ORIGIN, STAMP, GateBench
from imagegate.errors import ServiceUnreachable
from imagegate.model import SmokeSpec, Stamp
from imagegate.model.origin_statement import PROBE_AUDIENCE
from imagegate.model.smoke_spec import smoke_text_of
from imagegate.steps.sign_origin import PublishedBetween, Signer, Signing, sign_origin
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID

SMOKE = smoke_text_of(SmokeSpec().to_tags())


@pytest.fixture
def bench(wire: Wire) -> GateBench:
    """A version as the run made it, and a foundation with a container for proofs."""
    outputs = {"originContainerUrl": {"type": "String", "value": ORIGIN}}
    body = {"id": GROUP, "properties": {"provisioningState": "Succeeded", "outputs": outputs}}
    wire.on("GET", ".*/deployments/imagegate-foundation", Answer(body=body))
    return GateBench(wire, JobIssuer())


@pytest.fixture
def sign(bench: GateBench) -> Callable[..., Signing]:
    """Sign the version as the job of the stamp."""

    def run(
        *,
        stamp: Stamp = STAMP,
        smoke: str = SMOKE,
        published: PublishedBetween | None = None,
        **signer: Any,  # noqa: ANN401 - of a signer
    ) -> Signing:
        made = Signer(**{"token_of": bench.issuer.mint, **signer})
        return sign_origin(
            bench.cloud,
            made,
            resource_group="rg-images",
            versions={VERSION_ID: stamp},
            sent_smoke=smoke,
            published=published or PublishedBetween(),
        )

    return run


def test_one_token_for_each_version(bench: GateBench, sign: Callable[..., Signing]) -> None:
    """The token's audience names the version as the gallery has it; it is in the container and nowhere else."""
    asked: list[str] = []

    def token_of(audience: str) -> str:
        asked.append(audience)
        return "a.b.c"

    assert sign(token_of=token_of) == Signing(signed=(VERSION_ID,))

    assert asked == [bench.statement.audience]
    (name,) = bench.blobs.blobs
    assert name.startswith(f"/origin/{bench.statement.digest}/")
    assert "a.b.c" not in str(sign().unsigned)


@pytest.mark.parametrize(
    ("stamp", "smoke", "reason"),
    [
        (replace(STAMP, job_key="of another job"), SMOKE, "it does not carry this job's key"),
        (replace(STAMP, commit="f" * 40), SMOKE, "its tags are not those"),
        (STAMP, '{"probes":[{"tcp":{"port":22}}]}', "its smoke specification is not"),
    ],
)
def test_what_this_job_did_not_send(
    bench: GateBench, sign: Callable[..., Signing], stamp: Stamp, smoke: str, reason: str
) -> None:
    """A version of another job, or one whose tags were changed since, is not signed."""
    found = sign(stamp=stamp, smoke=smoke)

    assert found.signed == ()
    assert reason in found.unsigned[VERSION_ID]
    assert bench.blobs.blobs == {}


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("start", "end", "ours"),
    [
        (-SECOND, SECOND, True),
        (-SECOND, None, True),
        (timedelta(microseconds=400_000), SECOND, True),  # of the same second: a publishing date is told in whole ones
        (SECOND, 2 * SECOND, False),
        (SECOND, None, False),
        (-2 * SECOND, -SECOND, False),
    ],
)
def test_a_version_of_the_run_was_published_during_it(
    bench: GateBench, sign: Callable[..., Signing], start: timedelta, end: timedelta | None, *, ours: bool
) -> None:
    """The publishing date lies between the run's start and its end; after the start, where replication was late."""
    moment = bench.statement.published_at
    published = PublishedBetween(start=moment + start, end=moment + end if end is not None else None)

    found = sign(published=published)

    assert bool(found.signed) is ours
    assert ours or "not during this job's run" in found.unsigned[VERSION_ID]
    assert not found.retry


def test_nothing_fails_a_build(bench: GateBench, sign: Callable[..., Signing]) -> None:
    """A job without tokens, a refused write, a version that is gone: the version stays unsigned, with the reason."""

    def unreachable(_audience: str) -> str:
        raise ServiceUnreachable("GitHub is away.")

    assert sign(why_not="no token") == Signing(unsigned={VERSION_ID: "no token"})
    assert sign(token_of=unreachable) == Signing(unsigned={VERSION_ID: "GitHub is away."}, retry=True)
    bench.blobs.refusals["PUT", "origin"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})
    assert "refused" in sign().unsigned[VERSION_ID]
    bench.version = None
    assert "no such version" in sign().unsigned[VERSION_ID]


def test_without_a_container(wire: Wire, sign: Callable[..., Signing]) -> None:
    """A foundation of an older release has no place for proofs; the reason says so."""
    wire.on("GET", ".*/deployments/imagegate-foundation", Answer(status=404, body={"error": {"code": "NotFound"}}))

    assert "no origin container" in sign().unsigned[VERSION_ID]


def test_the_permission_is_known_before_the_run(wire: Wire) -> None:
    """A job is asked for one token in advance; without the permission the reason has the line for the workflow."""
    cloud = cloud_on(wire)
    wire.on("GET", "/token", Answer(body={"value": "a.b.c"}), Answer(status=403, body={"message": "no"}))
    job = {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example/token?v=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
    }

    assert Signer.of(job, cloud).why_not == ""
    assert wire.seen[0].query["audience"] == PROBE_AUDIENCE
    assert "id-token: write" in Signer.of(job, cloud).why_not
    assert "permissions: {id-token: write}" in Signer.of({"GITHUB_ACTIONS": "true"}, cloud).why_not
    assert Signer.of({}, cloud).why_not == "it was not built by a GitHub job"
