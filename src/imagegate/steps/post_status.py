"""Tell a commit how its image stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from imagegate.errors import NotAuthorised, ServiceRefused
from imagegate.gateway.github import GitHubStatuses
from imagegate.model.commit_status import CommitStatus, StatusState
from imagegate.report.masking import redact

_ROUNDS = 3
"""Looks after a posting; two writers that cross need one more each."""


def post_status(github: GitHubStatuses, job: Mapping[str, Any]) -> dict[str, Any]:
    """Make the commit show the newest verdict of the context. Idempotent.

    `job`: `repository`, `commit`, `context` (imagegate/build, imagegate/verify), `state` (pending, success, failure,
    error), `description`, `target_url` (or `run`, as a stamp names it, to link to that), `at` (when the verdict was
    reached, RFC 3339), `unless_closed` (optional: only close what is pending, or not there),
    `only_pending` (optional: only close what is pending).
    Answers `{outcome, message}`. Outcomes: `posted`; `unchanged`, it shows it already; `superseded`, it shows a newer
    verdict; and, with the reason as message, what no retry would change: `not-usable`, `not-allowed`, `not-configured`,
    `read-only`, `no-such-commit`, `refused`. A verdict stands whether or not it could be told: none is an error.

    Which of two is newer is told by `at`, which every status of ours carries, never by the order of arrival. After a
    posting the list is read again: if a newer one was overwritten in between, it is posted once more.

    Raises:
        ServiceUnreachable: no answer, a fault of GitHub's, a rate limit; to be tried again.
    """
    try:
        status = CommitStatus.from_job(job)
    except ValueError as error:
        return _answer("not-usable", str(error))
    if not github.access.allows(status.repository):
        return _answer("not-allowed", f"{status.repository} is not among the repositories of the settings.")
    if not github.access.configured:
        return _answer("not-configured", "There is no credential for GitHub; the commit is not told.")
    target_url = status.target_url or github.access.run_url(status.repository, str(job.get("run") or ""))
    status = replace(status, description=redact(status.description), target_url=redact(target_url))
    try:
        if job.get("only_pending") and not _pending(github, status):
            return _answer("unchanged", f"{status.context} on {status.commit[:12]} does not wait for us")
        if job.get("unless_closed") and (known := _closed(github, status)) is not None:
            return _answer("unchanged", f"{status.context} on {status.commit[:12]} is closed: {known.state}")
        return _bring_about(github, status)
    except NotAuthorised as error:
        return _answer("read-only", str(error))
    except ServiceRefused as error:
        return _answer("no-such-commit" if error.code == "resource-missing" else "refused", str(error))


def _pending(github: GitHubStatuses, status: CommitStatus) -> bool:
    """Whether the commit shows a pending status of ours in this context."""
    shown = github.of_context(status.repository, status.commit, status.context)[:1]
    return any(one.at is not None and one.state is StatusState.PENDING for one in shown)


def _closed(github: GitHubStatuses, status: CommitStatus) -> CommitStatus | None:
    """The status of ours that the commit shows, if it is not pending any more."""
    shown = github.of_context(status.repository, status.commit, status.context)[:1]
    return next((one for one in shown if one.at is not None and one.state is not StatusState.PENDING), None)


def _bring_about(github: GitHubStatuses, status: CommitStatus) -> dict[str, Any]:
    outcome = "unchanged"
    posted: CommitStatus | None = None
    for _ in range(_ROUNDS):
        shown = github.of_context(status.repository, status.commit, status.context)
        if posted is not None and not any(one.same_as(posted) for one in shown):
            break  # not in the list yet; whoever comes next sees it
        newest = _newest(status, shown)
        if newest.order != status.order:
            outcome = "superseded"
        if shown and newest.same_as(shown[0]):
            break
        github.post(newest)
        posted = newest
        outcome = "posted" if newest is status else outcome
    return _answer(outcome, f"{status.context} on {status.commit[:12]}: {newest.state}")


def _newest(status: CommitStatus, shown: Sequence[CommitStatus]) -> CommitStatus:
    """The newest verdict of all; of two that are equally new, the one that is there, so that nobody posts for ever."""
    newest = max((*shown, status), key=lambda one: one.order)
    return next((one for one in shown if one.order == newest.order), newest)


def _answer(outcome: str, message: str) -> dict[str, Any]:
    return {"outcome": outcome, "message": redact(message)}
