"""Tell the commit of a job how its image stands, if the job may."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from imagegate.errors import NotAuthorised, ServiceError
from imagegate.gateway.github import GitHubStatuses
from imagegate.model.commit_status import StatusState
from imagegate.model.github_event import GitHubEvent
from imagegate.model.redaction import redact
from imagegate.steps.post_status import post_status

_SILENT = {"posted", "unchanged", "superseded"}


@dataclass(kw_only=True)
class CommitTeller:
    """Posts statuses on the head commit of the job's event, with a link to the job.

    A description is told without secrets: `hide` takes them out.
    Nothing here fails: how an image stands is so, whether or not it could be told. Why it could not is noted, once.
    """

    github: GitHubStatuses
    event: GitHubEvent
    note: Callable[[str], None]
    hide: Callable[[str], str] = redact
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    mute: bool = False

    def tell(self, context: str, state: str, description: str) -> None:
        """Post a status; `state` is GitHub's: pending, success, failure, error."""
        if self.mute or not self.event.commit:
            return
        job = {
            "repository": self.event.repository,
            "commit": self.event.commit,
            "context": context,
            "state": state,
            "description": self.hide(description),
            "target_url": self.event.run_url,
            "at": self.now().isoformat(),
        }
        try:
            answer = post_status(self.github, job)
        except ServiceError as error:
            self.note(f"the commit could not be told: {error.message.splitlines()[0]}")
            return
        if answer["outcome"] not in _SILENT:
            self.mute = True
            self.note(self._reason(str(answer["outcome"]), str(answer["message"])))

    def close_pending(self, context: str, description: str) -> None:
        """Post an error if the context shows pending: for what broke off before it could tell its end."""
        if self.mute or not self.event.commit:
            return
        try:
            shown = self.github.of_context(self.event.repository, self.event.commit, context)
        except (ServiceError, NotAuthorised) as error:
            self.note(f"whether the commit waits cannot be told: {error.message.splitlines()[0]}")
            return
        if shown and shown[0].state is StatusState.PENDING:
            self.tell(context, StatusState.ERROR, description)

    def _reason(self, outcome: str, message: str) -> str:
        instead = "annotations and the job's summary tell the result, and no commit status does"
        if outcome == "not-configured":
            return f"no token to tell the commit with: {instead}"
        if outcome == "read-only" and self.event.is_fork:
            return f"the pull request comes from a fork, and its token only reads: {instead}"
        if outcome == "read-only":
            return f"the token may not write statuses (permissions: statuses: write): {instead}"
        first = next(iter(message.splitlines()), outcome)
        return f"the commit cannot be told ({first}): {instead}"
