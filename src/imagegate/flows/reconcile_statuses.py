"""Closes statuses that nothing else will close: no version came, no event, or the job that opened them died.

What Azure holds says nothing about these, so GitHub is asked: for commits that may wait, and for what they show.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from imagegate.errors import ImageGateError
from imagegate.flows.scheduling import start_giving_up_status
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.scheduler import Scheduler
from imagegate.model.commit_status import CommitStatus, is_our_context
from imagegate.model.status_record import StatusState
from imagegate.model.verification import innermost_line
from imagegate.settings.function_settings import FunctionSettings

_LOG = logging.getLogger(__name__)
_LOOK_BACK = timedelta(days=14)
"""A pull request that nobody has touched for so long, on top of the limit, has been looked at often enough."""

_MOST_COMMITS = 200
_RESERVE = 1000
"""Requests of the hour that are left to whoever tells verdicts."""


def reconcile_statuses(
    *, github: GitHubStatuses, scheduler: Scheduler, settings: FunctionSettings, now: datetime
) -> int:
    """Start closing what is pending for longer than the limit; how many were started.

    A repository that cannot be asked keeps no other from being asked, and is asked again at the next look.
    """
    if not github.access.configured:
        return 0
    limit = now - timedelta(seconds=settings.pending_limit_s)
    started = 0
    for repository in sorted(settings.repositories):
        try:
            for status in _stuck(github, repository, limit):
                started += start_giving_up_status(status, scheduler, settings)
        except ImageGateError as error:
            reason = innermost_line(error.message)
            _LOG.warning("statuses of %s that stay pending are not looked for: %s", repository, reason)
    return started


def _stuck(github: GitHubStatuses, repository: str, limit: datetime) -> Iterator[CommitStatus]:
    """Statuses of ours that have been pending since before the limit; those of others are theirs to close."""
    for count, commit in enumerate(github.waiting_commits(repository, since=limit - _LOOK_BACK), start=1):
        if count > _MOST_COMMITS or (github.requests_left is not None and github.requests_left < _RESERVE):
            _LOG.info("%s: %s commits were looked at; the rest is left to the next look", repository, count - 1)
            break
        yield from (one for one in github.shown(repository, commit) if _is_stuck(one, limit))


def _is_stuck(status: CommitStatus, limit: datetime) -> bool:
    pending = is_our_context(status.context) and status.state is StatusState.PENDING
    return pending and status.at is not None and status.at < limit
