"""Which proofs let a version speak, and which do not: the gate's attack list."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fake_wire import Answer, Wire
from gate_bench import PUBLISHED, GateBench
from imagegate.errors import ServiceUnreachable
from imagegate.gateway.origin_store import PROOF_LIMIT
from imagegate.steps.check_proof import check_proof
from job_issuer import COMMIT, REF, REPOSITORY, WORKFLOW, JobIssuer
from smoke_azure import VERSION_ID

OTHER = "f" * 40


@pytest.fixture(scope="module")
def issuer() -> JobIssuer:
    """The issuer of the jobs' tokens."""
    return JobIssuer()


@pytest.fixture
def bench(wire: Wire, issuer: JobIssuer) -> Iterator[GateBench]:
    """A version that passed, and that nobody signed yet."""
    found = GateBench(wire, issuer)
    with found.with_keys():
        yield found


def _check(bench: GateBench) -> dict[str, Any]:
    return check_proof(bench.cloud, bench.verifier, {"image_version_id": VERSION_ID, "published_at": PUBLISHED})


def test_the_build_job_signed(bench: GateBench) -> None:
    """The token of the listed workflow's job lets the version speak, and nothing keeps it out of latest."""
    bench.sign()

    found = _check(bench)

    assert (found["state"], found["hidden"]) == ("speaks", "")
    assert (found["claims"]["run_id"], found["claims"]["job_workflow_ref"]) == ("4711", f"{WORKFLOW}@{REF}")


def test_nobody_signed(bench: GateBench) -> None:
    """A job that was killed before it signed, a trigger, the portal: no proof, with that reason."""
    assert _check(bench) == {"state": "silent", "reason": "the build job did not sign"}


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": "k9"},
        {"audience": "imagegate.origin.v1:other"},
        {"audience": "imagegate.origin.v1:probe"},
        {"iss": "https://token.example"},
        {"sha": OTHER},
        {"repository": "contoso/fork"},
        {"job_workflow_ref": "acme/images/.github/workflows/other.yml@refs/heads/main"},
        {"run_id": "4712"},
        {"run_attempt": "2"},
        {"event_name": "pull_request_target"},
        {"event_name": "issue_comment"},
        {"event_name": "workflow_run"},
    ],
    ids=str,
)
def test_forged_and_foreign_tokens(bench: GateBench, changes: dict[str, Any]) -> None:
    """A forged token, and one of another job, workflow, repository, commit or event, leave the version silent."""
    bench.sign(**changes)

    assert _check(bench)["state"] == "silent"


@pytest.mark.parametrize(
    "change",
    [
        {"ref": "refs/heads/other"},
        {"commit": OTHER},
        {"repository": "contoso/fork"},
        {"run": "4711-2"},
        {"image": "db"},
        {"content_hash": "i"},
        {"dirty": True},
    ],
    ids=str,
)
def test_tags_changed_after_signing(bench: GateBench, change: dict[str, Any]) -> None:
    """A version whose stamp was changed, or copied to it, is another statement: the old proof is not found."""
    bench.sign()

    bench.restamp(**change)

    assert _check(bench)["state"] == "silent"


def test_a_weaker_smoke_test_after_signing(bench: GateBench) -> None:
    """A smoke specification that was changed after the build signed takes the proof away."""
    bench.sign()
    assert bench.version is not None

    bench.version["tags"]["imagegate-smoke-0"] = '{"probes":[{"tcp":{"port":22}}]}'

    assert _check(bench)["state"] == "silent"


def test_a_version_made_again_under_its_number(bench: GateBench) -> None:
    """Another publishing date is another version, whatever its tags say."""
    bench.sign()
    assert bench.version is not None

    bench.version["properties"]["publishingProfile"]["publishedDate"] = "2026-11-20T10:00:01Z"

    assert _check(bench) == {"state": "gone", "reason": "the version was made again since it was verified"}


def test_junk_beside_the_proof(bench: GateBench) -> None:
    """What others leave in the container does not hide a good proof."""
    for junk in ("", "a.b.c", b"\xff" * 100, "x" * 20_000, bench.issuer.mint("other")):
        bench.leave(junk)
    bench.sign()

    assert _check(bench)["state"] == "speaks"


def test_a_flood(bench: GateBench) -> None:
    """More than a hundred blobs under one version end the look, and say so."""
    for _ in range(PROOF_LIMIT + 1):
        bench.leave("junk")

    found = _check(bench)

    assert found["state"] == "silent"
    assert "more than 100 proofs" in found["reason"]


def test_a_store_that_is_down(bench: GateBench) -> None:
    """A store that cannot be read is "not yet", never "no proof"."""
    bench.blobs.refusals["GET", "origin"] = Answer(status=503, headers={"x-ms-error-code": "ServerBusy"})

    assert _check(bench)["state"] == "later"


def test_a_pull_request(bench: GateBench) -> None:
    """A pull request's token speaks for its head once GitHub says that the head is a parent of what was built."""
    merge = "e" * 40
    bench.restamp(ref="refs/pull/7/head")
    bench.sign(event_name="pull_request", ref="refs/pull/7/merge", sha=merge)

    assert "is no parent of" in _check(bench)["reason"]
    bench.parents[merge] = ("a" * 40, COMMIT)
    found = _check(bench)

    assert found["state"] == "speaks"
    assert "pull_request" in found["hidden"]


def test_a_version_that_is_gone(bench: GateBench) -> None:
    """Nothing is decided about a version that was deleted."""
    bench.version = None

    assert _check(bench)["state"] == "gone"


def test_the_default_branch_may_become_latest(bench: GateBench) -> None:
    """Without listed refs GitHub's word on the default branch counts, whatever that branch is called."""
    bench.rules = replace(bench.rules, promoted_refs=())
    bench.sign()

    bench.default_branch = lambda repository: {REPOSITORY: "main"}[repository]
    assert (_check(bench)["state"], _check(bench)["hidden"]) == ("speaks", "")

    bench.default_branch = lambda _: "trunk"
    assert "only what is built from refs/heads/trunk may become latest" in _check(bench)["hidden"]


def test_a_default_branch_that_nobody_knows(bench: GateBench) -> None:
    """Without a credential for GitHub it speaks and stays hidden, with what to set; no name is guessed."""
    bench.rules = replace(bench.rules, promoted_refs=())
    bench.sign()

    found = _check(bench)

    assert found["state"] == "speaks"
    assert "IMAGEGATE_PROMOTED_REFS" in found["hidden"]


def test_github_does_not_answer(bench: GateBench) -> None:
    """A GitHub that cannot be reached is a fault that passes: the decision asks again."""

    def unreachable(_: str) -> str:
        raise ServiceUnreachable("GitHub could not be reached.")

    bench.rules = replace(bench.rules, promoted_refs=())
    bench.default_branch = unreachable
    bench.sign()

    with pytest.raises(ServiceUnreachable):
        _check(bench)


def test_a_listed_ref_needs_no_github(bench: GateBench) -> None:
    """Where refs are listed, and where the event keeps it hidden anyway, GitHub is not asked."""

    def asked(_: str) -> str:
        raise AssertionError("GitHub was asked")

    bench.default_branch = asked
    bench.sign()
    assert _check(bench)["hidden"] == ""

    bench.rules = replace(bench.rules, promoted_refs=())
    bench.blobs.blobs.clear()
    bench.sign(event_name="merge_group")
    assert "merge_group" in _check(bench)["hidden"]


def test_a_version_that_was_never_usable(bench: GateBench) -> None:
    """A verification that ended before it read a publishing date keeps its own reason: nothing was made again."""
    bench.sign()

    job = {"image_version_id": VERSION_ID, "published_at": ""}

    assert check_proof(bench.cloud, bench.verifier, job)["state"] == "speaks"
