"""Where an image comes from."""

import json
import subprocess
from pathlib import Path

import pytest

from imagegate.steps.read_origin import read_origin

MERGE_COMMIT = "e" * 40
JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_SHA": MERGE_COMMIT,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "2",
}


def test_real_payloads(corpus: Path) -> None:
    """For every recorded payload the commit is the head of its pull request or merge group, if it has one."""
    payloads = sorted((corpus / "github-api" / "payloads").glob("*.json"))

    for payload in payloads:
        event = json.loads(payload.read_text())
        head = (event.get("pull_request") or {}).get("head", {}).get("sha") or (event.get("merge_group") or {}).get(
            "head_sha"
        )
        origin = read_origin(JOB | {"GITHUB_EVENT_PATH": str(payload)}, payload.parent, content_hash="h")
        pushed = event.get("after", MERGE_COMMIT).replace("0" * 40, "")
        assert origin.commit == (head or pushed), payload.name

    assert payloads


def test_a_fork_in_a_privileged_job(tmp_path: Path) -> None:
    """Under pull_request_target GITHUB_REF is the default branch; the stamp says pull request, so none is promoted."""
    head = {"sha": "f" * 40, "ref": "main", "repo": {"full_name": "fork/r"}}
    payload = tmp_path / "event.json"
    payload.write_text(json.dumps({"pull_request": {"number": 7, "head": head}}))
    job = JOB | {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"}

    origin = read_origin(job | {"GITHUB_EVENT_PATH": str(payload)}, tmp_path, content_hash="h")

    assert (origin.commit, origin.ref, origin.run) == ("f" * 40, "refs/pull/7/head", "77-2")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pull_request": null}'])
def test_a_damaged_payload(tmp_path: Path, text: str) -> None:
    """Without a usable payload the job's own commit is taken."""
    payload = tmp_path / "event.json"
    payload.write_text(text)

    assert read_origin(JOB | {"GITHUB_EVENT_PATH": str(payload)}, tmp_path, content_hash="h").commit == MERGE_COMMIT


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


def test_a_work_tree_with_changes(tmp_path: Path) -> None:
    """A version whose content is in no commit is marked, in a job as on a laptop; changes elsewhere do not count."""
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "template.json").write_text("one")
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "x")):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)
    (tmp_path / "elsewhere").write_text("x")
    assert not read_origin({}, folder, content_hash="h").dirty

    (folder / "template.json").write_text("two")

    assert read_origin({}, folder, content_hash="h").dirty
    assert read_origin(JOB, folder, content_hash="h").to_tags()["imagegate-dirty"] == "true"


def test_a_folder_without_git(tmp_path: Path) -> None:
    """Outside of any repository the origin is unknown, but for the job's own key."""
    origin = read_origin({}, tmp_path, content_hash="h")

    assert set(origin.to_tags()) == {"imagegate-content-hash", "imagegate-job-key"}
    assert read_origin({}, tmp_path, content_hash="h").job_key != origin.job_key
