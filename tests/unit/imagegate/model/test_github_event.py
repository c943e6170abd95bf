"""Which commit a job is about, by payloads as GitHub sends them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagegate.gateway.github_event_file import read_github_event
from imagegate.model.github_event import GitHubEvent

_MERGE_COMMIT = "f" * 40
_HEAD = "a" * 40


def _environment(name: str, **more: str) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_REPOSITORY": "octo-org/octo-repo",
        "GITHUB_SHA": _MERGE_COMMIT,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_RUN_ID": "1234",
        "GITHUB_RUN_ATTEMPT": "2",
        **more,
    }


def _payloads(corpus: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in sorted((corpus / "github-api" / "payloads").glob("*.json")):
        yield file.name, file.name.partition("__")[0], json.loads(file.read_text(encoding="utf-8"))


def test_takes_the_head_of_a_pull_request_and_of_a_merge_group(corpus: Path) -> None:
    """In every payload of these events: what was pushed, never the commit that GITHUB_SHA holds."""
    seen = 0
    for file, name, payload in _payloads(corpus):
        event = GitHubEvent.of(_environment(name), payload)
        head = payload.get("pull_request", {}).get("head", {}).get("sha") or payload.get("merge_group", {}).get(
            "head_sha"
        )
        if head:
            seen += 1
            assert event.commit == head, file
            assert event.ref != "refs/heads/main", file
    assert seen > 5


def test_takes_what_was_pushed(corpus: Path) -> None:
    """A push is about the commit after it; one that deletes a branch is about none."""
    for file, name, payload in _payloads(corpus):
        if name == "push":
            expected = "" if payload["deleted"] else payload["after"]
            assert GitHubEvent.of(_environment(name), payload).commit == expected, file


def test_every_payload_gives_an_event(corpus: Path) -> None:
    """Whatever made the job run: a commit or none, a ref, a run."""
    for file, name, payload in _payloads(corpus):
        event = GitHubEvent.of(_environment(name), payload)
        assert len(event.commit) in {0, 40}, file
        assert event.ref or name in {"check_run", "check_suite", "status", "issue_comment"}, file
        assert event.run == "1234-2", file
        assert event.run_url == "https://github.com/octo-org/octo-repo/actions/runs/1234/attempts/2"


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule", "release", "repository_dispatch"])
def test_takes_the_job_s_commit_where_the_event_has_none(name: str) -> None:
    """A dispatched or scheduled job is about the commit that it checked out."""
    assert GitHubEvent.of(_environment(name), {"ref": "main", "inputs": None}).commit == _MERGE_COMMIT
    assert GitHubEvent.of(_environment(name)).commit == _MERGE_COMMIT


def test_a_fork_cannot_pass_for_the_default_branch() -> None:
    """A fork's branch may be called main; the ref says which pull request it is, and that it is a fork."""
    pull_request = {
        "number": 7,
        "head": {"sha": _HEAD, "ref": "main", "repo": {"full_name": "somebody/octo-repo"}},
    }
    event = GitHubEvent.of(_environment("pull_request", GITHUB_REF="refs/pull/7/merge"), {"pull_request": pull_request})
    assert (event.commit, event.ref, event.is_fork, event.pull_request) == (_HEAD, "refs/pull/7/head", True, 7)
    pull_request["head"] = {"sha": _HEAD, "ref": "main", "repo": None}
    assert GitHubEvent.of(_environment("pull_request_target"), {"pull_request": pull_request}).is_fork
    pull_request["head"] = {"sha": _HEAD, "ref": "x", "repo": {"full_name": "Octo-Org/octo-repo"}}
    assert not GitHubEvent.of(_environment("pull_request"), {"pull_request": pull_request}).is_fork


@pytest.mark.parametrize(
    ("name", "payload", "commit", "ref"),
    [
        ("pull_request", {}, "", ""),
        ("merge_group", {"merge_group": {"head_sha": _HEAD, "head_ref": "refs/heads/q/1"}}, _HEAD, "refs/heads/q/1"),
        ("push", {"after": _HEAD, "commits": [], "ref": "refs/tags/v1"}, _HEAD, "refs/heads/main"),
        ("issue_comment", {"issue": {"number": 3, "pull_request": {"url": "x"}}}, "", "refs/pull/3/head"),
        ("issue_comment", {"issue": {"number": 3}}, _MERGE_COMMIT, "refs/heads/main"),
        ("workflow_run", {"workflow_run": {"head_sha": _HEAD, "head_branch": "x"}}, _HEAD, "refs/forks/unknown/x"),
        (
            "workflow_run",
            {
                "workflow_run": {
                    "head_sha": _HEAD,
                    "head_branch": "main",
                    "head_repository": {"full_name": "evil/octo-repo", "owner": {"login": "evil"}},
                }
            },
            _HEAD,
            "refs/forks/evil/main",
        ),
        (
            "workflow_run",
            {
                "workflow_run": {
                    "head_sha": _HEAD,
                    "head_branch": "main",
                    "head_repository": {"full_name": "octo-org/octo-repo"},
                }
            },
            _HEAD,
            "refs/heads/main",
        ),
        ("check_suite", {"check_suite": {"head_sha": _HEAD, "head_branch": None}}, _HEAD, ""),
        ("check_run", {"check_run": {"head_sha": _HEAD, "check_suite": {"head_branch": "x"}}}, _HEAD, "refs/heads/x"),
        ("status", {"sha": _HEAD}, _HEAD, ""),
    ],
)
def test_no_event_passes_for_the_default_branch(name: str, payload: dict[str, Any], commit: str, ref: str) -> None:
    """Commit and ref are the event's own; GITHUB_REF of events whose workflow comes from the default branch is not."""
    event = GitHubEvent.of(_environment(name), payload)

    assert (event.commit, event.ref) == (commit, ref)


def test_gives_what_a_stamp_needs() -> None:
    """Repository, commit, ref and run; a second attempt is another run."""
    event = GitHubEvent.of(_environment("push"), {"after": _HEAD, "commits": []})
    assert event.stamp_fields() == {
        "repository": "octo-org/octo-repo",
        "commit": _HEAD,
        "ref": "refs/heads/main",
        "run": "1234-2",
    }


@pytest.mark.parametrize(
    "payload",
    [{}, {"pull_request": None}, {"pull_request": {"head": "x"}}, {"merge_group": []}, {"after": 3, "commits": []}],
)
def test_a_payload_of_another_shape_is_no_fault(payload: dict[str, Any]) -> None:
    """What cannot be read is left out."""
    assert GitHubEvent.of(_environment("x"), payload).repository == "octo-org/octo-repo"


def test_reads_the_payload_from_its_file(tmp_path: Path) -> None:
    """From GITHUB_EVENT_PATH; without the file, or with a broken one, GITHUB_SHA is left: never of a pull request."""
    file = tmp_path / "event.json"
    for name, otherwise in (("pull_request", ""), ("pull_request_target", ""), ("push", _MERGE_COMMIT)):
        environment = _environment(name, GITHUB_EVENT_PATH=str(file))
        for content, commit in (
            ("{", otherwise),
            ("[]", otherwise),
            (json.dumps({"pull_request": {"head": {"sha": _HEAD}}}), _HEAD),
        ):
            file.write_text(content, encoding="utf-8")
            event = read_github_event(environment)
            assert event is not None
            assert event.commit == commit
        file.unlink()
        event = read_github_event(environment)
        assert event is not None
        assert event.commit == otherwise


def test_outside_of_a_job_there_is_no_event() -> None:
    """On a laptop nothing is guessed, and nothing is linked."""
    assert read_github_event({}) is None
    assert GitHubEvent().run == ""
    assert GitHubEvent().run_url == ""


def test_numbers_of_thousands_of_digits_are_none() -> None:
    """Python refuses to convert them; the event is read all the same."""
    environment = {"GITHUB_REPOSITORY": "acme/images", "GITHUB_RUN_ID": "9", "GITHUB_RUN_ATTEMPT": "1" * 5000}

    event = GitHubEvent.of(environment, {"after": "a" * 40})

    assert event.stamp_fields()["run"] in {"9", "9-1", ""}
