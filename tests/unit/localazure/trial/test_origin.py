"""What the Function is told of an image's origin."""

import subprocess
from pathlib import Path

import pytest

from localazure.trial.origin import PLACEHOLDER, Origin, origin_of


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository on a branch, with a remote."""
    for arguments in (["init", "-q", "-b", "trunk"], ["remote", "add", "origin", "git@github.com:acme/images.git"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    return tmp_path


def test_from_git(clone: Path) -> None:
    """Outside of a job the folder's git says it."""
    assert origin_of(clone, {}) == Origin(repository="acme/images", ref="refs/heads/trunk")


def test_from_the_job(clone: Path) -> None:
    """In a job its own variables win; a pull request's ref can never become latest."""
    job = {"GITHUB_REPOSITORY": "acme/other", "GITHUB_REF": "refs/pull/7/merge"}

    assert origin_of(clone, job) == Origin(repository="acme/other", ref="")


def test_from_nothing(tmp_path: Path) -> None:
    """A folder that no git knows gets a placeholder, and no ref."""
    origin = origin_of(tmp_path, {})

    assert origin == Origin(repository=PLACEHOLDER, ref="")
    arguments = origin.setup_arguments("https://board/github")
    assert arguments[:3] == ["--function", "--repository", "local/try"]
    assert "--promoted-ref" not in arguments
    assert {"githubApiUrl=https://board/github", "withVerdictTopic=true"} <= set(arguments)
