"""Post on the commit of a job how its image stands, if the job may."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from imagegate.errors import NotAuthorised, ServiceError
from imagegate.gateway.github import GitHubStatuses
from imagegate.model.commit_status import VERIFY_CONTEXT, CommitStatus, is_our_context
from imagegate.model.github_event import GitHubEvent
from imagegate.model.redaction import redact
from imagegate.model.status_record import WHOLE, StatusRecord, StatusState, subject_key
from imagegate.steps.post_status import post_status

_SILENT = {"posted", "unchanged", "superseded"}


@dataclass(kw_only=True)
class CommitTeller:
    """Posts statuses on the head commit of the job's event, with a link to the job.

    `hide` takes secrets out of a description. Nothing here fails: a result stands whether or not it could be posted.
    Why it could not is noted, once.
    """

    github: GitHubStatuses
    event: GitHubEvent
    note: Callable[[str], None]
    hide: Callable[[str], str] = redact
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    mute: bool = False

    def tell(self, context: str, state: str, description: str, *, run: str = "", subjects: Sequence[str] = ()) -> None:
        """Post a status; `state` is GitHub's: pending, success, failure, error.

        `run` is the build's, as a stamp names it; empty where it is unknown. `subjects` are the ids of image versions,
        or the folder, that the status speaks of; none: the image as a whole.
        """
        if self.mute or not self.event.commit:
            return
        job = {
            "repository": self.event.repository,
            "commit": self.event.commit,
            "context": context,
            "state": state,
            "description": self.hide(description),
            "target_url": self.event.run_url,
            "run": run,
            "subjects": list(subjects),
            "at": self.now().isoformat(),
        }
        try:
            answer = post_status(self.github, job)
        except ServiceError as error:
            self.note(f"the status could not be posted: {error.message.splitlines()[0]}")
            return
        if answer["outcome"] not in _SILENT:
            self.mute = True
            self.note(self._reason(str(answer["outcome"]), str(answer["message"])))

    def close_open(self, context: str, description: str, *, run: str = "", subjects: Sequence[str] = ()) -> bool:
        """Post an error if the context is pending or not there: for what ended before it could post its result."""
        if self.mute or not self.event.commit:
            return False
        try:
            shown = self.github.of_context(self.event.repository, self.event.commit, context)
        except (ServiceError, NotAuthorised) as error:
            self.note(f"the statuses of the commit cannot be read: {error.message.splitlines()[0]}")
            return False
        if not _is_open(shown, run, subjects):
            return False
        self.tell(context, StatusState.ERROR, description, run=run, subjects=subjects)
        return True

    def context_of(self, version: str) -> str:
        """The context of a verification that names this image version; empty if there is none."""
        if self.mute or not self.event.commit:
            return ""
        try:
            shown = self.github.shown(self.event.repository, self.event.commit)
        except (ServiceError, NotAuthorised):
            return ""
        key = subject_key(version)
        found = (one.context for one in shown if one.record is not None and key in one.record.parts)
        return next((one for one in found if is_our_context(one) and one.startswith(VERIFY_CONTEXT)), "")

    def _reason(self, outcome: str, message: str) -> str:
        instead = "annotations and the job's summary show the result, and no commit status does"
        if outcome == "not-configured":
            return f"no token to post a commit status with: {instead}"
        if outcome == "read-only" and self.event.is_fork:
            return f"the pull request comes from a fork, and its token only reads: {instead}"
        if outcome == "read-only":
            return f"the token may not write statuses (permissions: statuses: write): {instead}"
        first = next(iter(message.splitlines()), outcome)
        return f"no commit status can be posted ({first}): {instead}"


def _is_open(shown: Sequence[CommitStatus], run: str, subjects: Sequence[str]) -> bool:
    """Whether what the context shows for these subjects is pending, or only of an older run, or not there.

    Of an image as a whole nothing is missing while the context speaks of its versions: others wait for those.
    """
    records = [one.record for one in shown if one.record is not None]
    parts = StatusRecord.joined([*records, StatusRecord(run=run)]).parts
    found = [parts.get(key) for key in [subject_key(one) for one in subjects] or [WHOLE]]
    missing = bool(subjects) or not parts
    return any(part.state is StatusState.PENDING if part is not None else missing for part in found)
