"""What the Function is told of an image's origin."""

import subprocess
from functools import partial
from pathlib import Path

import pytest

from localazure.trial.origin import PLACEHOLDER, PLACEHOLDER_REF, Origin, origin_of


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository on a branch, with a remote."""
    for arguments in (["init", "-q", "-b", "trunk"], ["remote", "add", "origin", "git@github.com:acme/images.git"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    return tmp_path


def test_from_git(clone: Path) -> None:
    """Outside of a job the folder's git says it."""
    origin = origin_of(clone, {})

    assert (origin.repository, origin.ref) == ("acme/images", "refs/heads/trunk")


def test_from_the_job(clone: Path) -> None:
    """In a job its own variables win; a ref that can never become latest is replaced by the trial's own."""
    job = {"GITHUB_REPOSITORY": "acme/other", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "c" * 40}

    assert origin_of(clone, job) == Origin(repository="acme/other", commit="c" * 40, ref=PLACEHOLDER_REF)


def test_from_nothing(tmp_path: Path) -> None:
    """A folder that no git knows gets placeholders."""
    origin = origin_of(tmp_path, {})

    assert (origin.repository, origin.ref, len(origin.commit)) == (PLACEHOLDER, PLACEHOLDER_REF, 40)


def test_what_the_setup_is_given(tmp_path: Path) -> None:
    """The identities take tokens of the trial's issuer for its repository and ref; the Function is made here."""
    origin = origin_of(tmp_path, {})

    assert origin.setup_arguments(issuer_url="https://board/issuer") == [
        *("--repository", PLACEHOLDER),
        *("--promoted-ref", PLACEHOLDER_REF),
        *("--issuer", "https://board/issuer"),
    ]
    function = origin.function_arguments(github_url="https://board/github")
    assert function[:2] == ["--function", "--remote-build"], "a trial downloads no packages"
    assert function[2:4] == ["--workflow", origin.workflow]
    assert "githubApiUrl=https://board/github" in function


def test_a_proof_that_never_comes_is_not_waited_for_a_day(clone: Path) -> None:
    """Only an unsigned trial shortens how long the Function waits."""
    origin = origin_of(clone, {})
    ask = partial(origin.function_arguments, github_url="https://board/github")

    assert "pendingLimit=30s" in ask(unsigned=True)
    assert not any("pendingLimit" in one for one in ask())


def test_job_and_claims_agree(clone: Path) -> None:
    """What the trial's job is given is what its tokens claim: else no proof would hold."""
    origin = origin_of(clone, {})
    job, claims = origin.job_environment, origin.claims

    assert (job["GITHUB_REPOSITORY"], job["GITHUB_SHA"]) == (claims["repository"], claims["sha"])
    assert (job["GITHUB_REF"], job["GITHUB_EVENT_NAME"]) == (claims["ref"], claims["event_name"])
    assert (job["GITHUB_RUN_ID"], job["GITHUB_RUN_ATTEMPT"]) == (claims["run_id"], claims["run_attempt"])
