"""What made a GitHub job run: which commit the work belongs to, and where people see it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_DIGITS = 18
"""Python refuses to convert numbers of thousands of digits, and GitHub's have fewer."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PRIVILEGED = {"pull_request_target", "workflow_run", "issue_comment"}
"""Run with the workflow of the default branch and its rights. Source: GitHub documentation, securing workflows."""
_NO_COMMIT = re.compile(r"0+")


@dataclass(frozen=True, kw_only=True)
class GitHubEvent:
    """The job's event.

    Args:
        name: the event, such as `pull_request`.
        repository: `owner/name` of the repository in which the job runs.
        commit: the commit that somebody pushed. Never the merge commit that GITHUB_SHA holds for a pull request: nobody
            wrote it, and a status on it is seen nowhere. Empty when there is none (a branch was deleted).
        ref: the full ref that the commit is on. Of a pull request `refs/pull/<number>/head`, whatever its branch is
            called: a fork may call its branch `main`, and is not the default branch for it; of a fork's run
            `refs/forks/<owner>/<branch>`. Never the default branch only because the event's workflow is taken from it
            (GITHUB_REF of `workflow_run`, `issue_comment`, `check_suite` and `status`): empty where it is not known.
        run_id: GITHUB_RUN_ID. `run_attempt`: GITHUB_RUN_ATTEMPT, from 1.
        pull_request: its number.
        is_fork: whether the code comes from another repository, which may be one that is gone by now.
        is_privileged: whether the job has the repository's own secrets and tokens although a stranger's pull request,
            branch or comment may have made it run.
    """

    name: str = ""
    repository: str = ""
    commit: str = ""
    ref: str = ""
    run_id: str = ""
    run_attempt: int = 1
    pull_request: int | None = None
    is_fork: bool = False
    is_privileged: bool = False
    server_url: str = "https://github.com"

    @property
    def run(self) -> str:
        """Run and attempt: `<id>-<attempt>`; empty outside of a job. A second attempt is another run."""
        return f"{self.run_id}-{self.run_attempt}" if self.run_id else ""

    @property
    def run_url(self) -> str:
        """The page of this attempt; empty outside of a job."""
        if not (self.run_id and self.repository):
            return ""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"

    @classmethod
    def of(cls, environment: Mapping[str, str], payload: Mapping[str, Any] | None = None) -> Self:
        """The event from the job's environment and the payload that GITHUB_EVENT_PATH names.

        Source: GitHub documentation, "Events that trigger workflows" and "Webhook events and payloads".
        """
        payload = payload or {}
        repository = environment.get("GITHUB_REPOSITORY") or _text(payload, "repository", "full_name")
        name = environment.get("GITHUB_EVENT_NAME", "")
        return cls(
            name=name,
            repository=repository,
            commit=_head_commit(name, payload, environment.get("GITHUB_SHA", "")),
            ref=_ref(name, payload, repository, environment.get("GITHUB_REF", "")),
            run_id=environment.get("GITHUB_RUN_ID", ""),
            run_attempt=_number(environment.get("GITHUB_RUN_ATTEMPT"), otherwise=1) or 1,
            pull_request=_pull_request(payload),
            is_fork=_is_fork(payload, repository),
            is_privileged=name in _PRIVILEGED,
            server_url=(environment.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/"),
        )

    def stamp_fields(self) -> dict[str, str]:
        """The fields of a `Stamp` that an event knows: repository, commit, ref, run."""
        return {"repository": self.repository, "commit": self.commit, "ref": self.ref, "run": self.run}


def _head_commit(name: str, payload: Mapping[str, Any], sha: str) -> str:
    """What the event is about, before what the job checked out."""
    if isinstance(payload.get("pull_request"), Mapping) or name.startswith("pull_request"):
        # GITHUB_SHA is the merge commit, or the base's: rather none than one that nobody wrote.
        return _commit(_text(payload, "pull_request", "head", "sha"))
    if _at(payload, "issue", "pull_request"):
        return ""  # the payload does not tell the head, and GITHUB_SHA is the default branch's
    if "merge_group" in payload:
        return _commit(_text(payload, "merge_group", "head_sha")) or _commit(sha)
    if name == "push" or ("after" in payload and "commits" in payload):
        # A deleted branch has the zero commit, and GITHUB_SHA is then of the default branch.
        return _commit(_text(payload, "after")) if "after" in payload else _commit(sha)
    for path in (
        ("workflow_run", "head_sha"),
        ("check_run", "head_sha"),
        ("check_suite", "head_sha"),
        ("deployment", "sha"),
    ):
        found = _commit(_text(payload, *path))
        if found and path[0] in name:
            return found
    if name == "status":
        return _commit(_text(payload, "sha")) or _commit(sha)
    return _commit(sha)


def _ref(name: str, payload: Mapping[str, Any], repository: str, ref: str) -> str:
    number = _pull_request(payload)
    if number is not None:
        return f"refs/pull/{number}/head"
    if name.startswith("pull_request"):
        return ref if ref.startswith("refs/pull/") else ""
    if isinstance(payload.get("workflow_run"), Mapping):
        branch = _text(payload, "workflow_run", "head_branch")
        if _is_fork(payload, repository):
            owner = _text(payload, "workflow_run", "head_repository", "owner", "login") or "unknown"
            return f"refs/forks/{owner}/{branch}"
        return _full_ref(branch)
    for path in (("check_run", "check_suite", "head_branch"), ("check_suite", "head_branch")):
        if name == path[0]:
            return _full_ref(_text(payload, *path))
    if name == "status":
        return ""
    return _text(payload, "merge_group", "head_ref") or ref or _full_ref(_text(payload, "ref"))


def _full_ref(ref: str) -> str:
    return ref if not ref or ref.startswith("refs/") else f"refs/heads/{ref}"


def _pull_request(payload: Mapping[str, Any]) -> int | None:
    found = _number(_at(payload, "pull_request", "number"))
    if found is None and _at(payload, "issue", "pull_request"):
        found = _number(_at(payload, "issue", "number"))
    return found


def _is_fork(payload: Mapping[str, Any], repository: str) -> bool:
    for path, name in ((("pull_request", "head"), "repo"), (("workflow_run",), "head_repository")):
        head = _at(payload, *path)
        if isinstance(head, Mapping):
            # The repository is null once it is deleted.
            return _text(head, name, "full_name").lower() != repository.lower()
    return False


def _at(payload: object, *path: str) -> object:
    found = payload
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _text(payload: object, *path: str) -> str:
    found = _at(payload, *path)
    return found if isinstance(found, str) else ""


def _commit(text: str) -> str:
    text = text.strip().lower()
    return text if _COMMIT.fullmatch(text) and not _NO_COMMIT.fullmatch(text) else ""


def _number(value: object, otherwise: int | None = None) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= _DIGITS and value.isascii() and value.isdigit():
        return int(value)
    return otherwise
