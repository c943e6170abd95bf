"""Post how an image stands as a commit status."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagegate.errors import NotAuthorised, ServiceRefused
from imagegate.gateway.github import GitHubStatuses
from imagegate.model.commit_status import CommitStatus
from imagegate.model.status_record import WHOLE, StatusRecord, StatusState, run_order
from imagegate.report.masking import redact

_ROUNDS = 3
"""Looks after a posting; two writers that cross need one more each."""


def post_status(github: GitHubStatuses, job: Mapping[str, Any]) -> dict[str, Any]:
    """Make the commit show how the image of the context stands. Idempotent.

    `job`: `repository`, `commit`, `context` (`model.commit_status` makes it), `state` (pending, success, failure,
    error), `description`, `at` (when the verdict was reached, RFC 3339), and optionally `run` (the build's, as a stamp
    names it), `subjects` (ids of image versions or folders that it speaks of; default: the image as a whole),
    `target_url` (default: the page of `run`), `unless_closed` (only close what is pending, or not there),
    `only_pending` (only close what is pending).
    Answers `{outcome, message}`. Outcomes: `posted`; `unchanged`, it shows it already; `superseded`, it shows a newer
    verdict; and, with the reason as message, what no retry would change: `not-usable`, `not-allowed`, `not-configured`,
    `read-only`, `no-such-commit`, `refused`. A verdict stands whether or not it could be posted: none is an error.

    The context shows the worst state of the subjects of the newest run, by the record that each status carries, never
    by the order of arrival. After a posting the list is read again: what another writer added in between is joined, and
    posted once more.

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
        return _answer("not-configured", "There is no credential for GitHub; no status is posted.")
    page = github.access.run_url(status.repository, str(job.get("run") or ""))
    target_url = status.target_url or page or github.access.commit_url(status.repository, status.commit)
    status = replace(status, description=redact(status.description), target_url=redact(target_url))
    try:
        if job.get("only_pending") and not _pending(github, status):
            return _answer("unchanged", f"{status.context} on {status.commit[:12]} is not pending")
        if job.get("unless_closed") and (known := _closed(github, status)) is not None:
            return _answer("unchanged", f"{status.context} on {status.commit[:12]} is closed: {known.state}")
        return _bring_about(github, status)
    except NotAuthorised as error:
        return _answer("read-only", str(error))
    except ServiceRefused as error:
        return _answer("no-such-commit" if error.code == "resource-missing" else "refused", str(error))


def _pending(github: GitHubStatuses, status: CommitStatus) -> bool:
    """Whether the commit shows a subject of this status, or the image as a whole, as pending."""
    shown = github.of_context(status.repository, status.commit, status.context)
    parts = StatusRecord.joined(one.record for one in shown if one.record is not None).parts
    keys = {WHOLE, *(status.record.parts if status.record is not None else ())}
    return any(part.state is StatusState.PENDING for key, part in parts.items() if key in keys)


def _closed(github: GitHubStatuses, status: CommitStatus) -> CommitStatus | None:
    """The status of the same run that the commit shows, if it is not pending any more."""
    shown = github.of_context(status.repository, status.commit, status.context)[:1]
    run = status.record.run if status.record else ""
    return next(
        (
            one
            for one in shown
            if one.record is not None
            and one.state is not StatusState.PENDING
            and (not run or not one.record.run or run_order(run) <= run_order(one.record.run))
        ),
        None,
    )


def _bring_about(github: GitHubStatuses, status: CommitStatus) -> dict[str, Any]:
    wanted, posted = status, None
    for _ in range(_ROUNDS):
        shown = github.of_context(status.repository, status.commit, status.context)
        if posted is not None and not any(one.same_as(posted) for one in shown):
            break  # not in the list yet; whoever comes next sees it
        wanted = status.joined(shown)
        if shown and wanted.same_as(shown[0]):
            break
        github.post(wanted)
        posted = wanted
    return _answer(_outcome(status, wanted, posted), f"{status.context} on {status.commit[:12]}: {wanted.state}")


def _outcome(status: CommitStatus, shown: CommitStatus, posted: CommitStatus | None) -> str:
    if shown.record is not None and status.record is not None and not shown.record.holds(status.record):
        return "superseded"
    return "unchanged" if posted is None else "posted"


def _answer(outcome: str, message: str) -> dict[str, Any]:
    return {"outcome": outcome, "message": redact(message)}
