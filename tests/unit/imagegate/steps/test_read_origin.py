"""Where an image comes from."""

import json
import subprocess
from pathlib import Path

import pytest

from imagegate.steps.read_origin import read_origin

JOB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "m" * 40, "GITHUB_REF": "refs/pull/7/merge"}


def test_real_payloads(corpus: Path) -> None:
    """For every recorded payload the commit is the head of its pull request or merge group, if it has one."""
    payloads = sorted((corpus / "github-api" / "payloads").glob("*.json"))

    for payload in payloads:
        event = json.loads(payload.read_text())
        head = (event.get("pull_request") or {}).get("head", {}).get("sha") or (event.get("merge_group") or {}).get(
            "head_sha"
        )
        origin = read_origin(JOB | {"GITHUB_EVENT_PATH": str(payload)}, payload.parent, content_hash="h")
        assert origin.commit == (head or "m" * 40), payload.name

    assert payloads


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pull_request": null}'])
def test_a_damaged_payload(tmp_path: Path, text: str) -> None:
    """Without a usable payload the job's own commit is taken."""
    payload = tmp_path / "event.json"
    payload.write_text(text)

    assert read_origin(JOB | {"GITHUB_EVENT_PATH": str(payload)}, tmp_path, content_hash="h").commit == "m" * 40


@pytest.mark.parametrize(
    "url",
    ["https://github.com/o/r.git", "https://github.com/o/r", "git@github.com:o/r.git", "ssh://git@github.com/o/r/"],
)
def test_a_folder_of_git(tmp_path: Path, url: str) -> None:
    """On a laptop repository, commit and branch come from git, whatever form the remote's address has."""
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    for command in (
        ("init", "-q", "-b", "topic"),
        ("remote", "add", "origin", url),
        (*identity, "commit", "-q", "--allow-empty", "-m", "x"),
    ):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)

    origin = read_origin({}, tmp_path, content_hash="h")

    assert (origin.repository, origin.ref, origin.run, origin.content_hash) == ("o/r", "refs/heads/topic", "", "h")
    assert len(origin.commit) == 40


def test_a_folder_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of any repository, or without git, the origin is simply unknown."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert read_origin({}, tmp_path, content_hash="h").to_tags() == {"imagegate-content-hash": "h"}

    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_origin({}, tmp_path, content_hash="h").to_tags() == {"imagegate-content-hash": "h"}
