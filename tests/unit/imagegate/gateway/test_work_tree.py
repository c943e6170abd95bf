"""What git knows of a folder."""

import subprocess
from pathlib import Path

import pytest

from imagegate.gateway.work_tree import WorkTree, read_work_tree

IDENTITY = ("-c", "user.name=n", "-c", "user.email=e")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with one commit on the branch topic."""
    (tmp_path / "file").write_text("one")
    (tmp_path / ".gitignore").write_text("*.log\n")
    _git(tmp_path, "init", "-q", "-b", "topic")
    _git(tmp_path, "add", ".")
    _git(tmp_path, *IDENTITY, "commit", "-q", "-m", "x")
    return tmp_path


def test_the_same_as_git_says(tree: Path) -> None:
    """Commit, branch and the remote's address are those that git itself reports."""
    _git(tree, "remote", "add", "origin", "https://example.com/o/r")

    found = read_work_tree(tree)

    head = _git(tree, "rev-parse", "HEAD")
    assert found == WorkTree(remote_url="https://example.com/o/r", commit=head, ref="refs/heads/topic")


def test_a_detached_head_has_no_ref(tree: Path) -> None:
    """A checkout of a commit is on no branch."""
    _git(tree, "checkout", "-q", "--detach")

    found = read_work_tree(tree)

    assert found is not None
    assert (found.ref, len(found.commit)) == ("", 40)


@pytest.mark.parametrize("change", ["changed", "staged", "deleted", "untracked"])
def test_every_kind_of_change(tree: Path, change: str) -> None:
    """A file that is changed, staged, deleted or unknown to git counts; an ignored one does not."""
    (tree / "build.log").write_text("x")
    file = tree / ("new" if change == "untracked" else "file")
    file.write_text("two")
    if change == "staged":
        _git(tree, "add", "file")
    if change == "deleted":
        file.unlink()

    found = read_work_tree(tree)

    assert found is not None
    assert found.changed == (file.name,)


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    """Before the first commit there is none."""
    _git(tmp_path, "init", "-q")

    found = read_work_tree(tmp_path)

    assert found is not None
    assert found.commit == ""


def test_outside_of_git(tmp_path: Path) -> None:
    """A folder in no repository has no work tree."""
    assert read_work_tree(tmp_path) is None
