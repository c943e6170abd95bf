"""A commit status: what a pull request shows beside its head commit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from imagegate.model.redaction import redact
from imagegate.model.run import parse_time

BUILD_CONTEXT = "imagegate/build"
VERIFY_CONTEXT = "imagegate/verify"
DESCRIPTION_LIMIT = 140
"""Characters of a description; GitHub refuses longer ones with 422. Source: GitHub REST, commit statuses."""

_MARK = re.compile(r" ?\[(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\]$")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CONTEXTS = (BUILD_CONTEXT, VERIFY_CONTEXT)


class StatusState(StrEnum):
    """States as GitHub has them, the weightier later: of two verdicts of one second the weightier one stands."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"

    @property
    def weight(self) -> int:
        """A place in the order above."""
        return list(StatusState).index(self)


@dataclass(frozen=True, kw_only=True)
class CommitStatus:
    """A status as we write it, or one of ours as it was read back.

    `at` is when the verdict was reached, in whole seconds of UTC; it travels at the end of the description
    (`… [2025-06-01T10:00:00Z]`), since GitHub's own times are those of the posting: a verdict that comes late, after a
    retry or out of a queue, would look newer than it is. None for a status that somebody else wrote.
    """

    repository: str
    commit: str
    context: str
    state: StatusState
    description: str = ""
    target_url: str = ""
    at: datetime | None = None

    @classmethod
    def from_job(cls, job: Mapping[str, Any]) -> Self:
        """From an activity's input: repository, commit, context, state, description, target_url, at.

        Raises:
            ValueError: with every member that is not usable.
        """
        text = {name: str(job.get(name) or "").strip() for name in ("repository", "commit", "context", "state")}
        at = parse_time(job.get("at"))
        wrong = [
            f"{name} {text[name]!r}"
            for name, usable in (
                ("repository", _REPOSITORY.fullmatch(text["repository"]) is not None),
                ("commit", _COMMIT.fullmatch(text["commit"].lower()) is not None),
                ("context", text["context"] in _CONTEXTS),
                ("state", text["state"] in set(StatusState)),
            )
            if not usable
        ]
        if at is None:
            wrong.append(f"at {job.get('at')!r}")
        if wrong or at is None:
            raise ValueError(f"not usable in a commit status: {', '.join(wrong)}")
        return cls(
            repository=text["repository"],
            commit=text["commit"].lower(),
            context=text["context"],
            state=StatusState(text["state"]),
            description=redact(" ".join(str(job.get("description") or "").split())),
            target_url=_web_address(str(job.get("target_url") or "").strip()),
            at=at.astimezone(UTC).replace(microsecond=0),
        )

    @classmethod
    def from_github(cls, repository: str, commit: str, body: Mapping[str, Any]) -> Self | None:
        """From GitHub's list of statuses; None for a state that is not known."""
        state = str(body.get("state") or "")
        if state not in set(StatusState):
            return None
        described = str(body.get("description") or "")
        mark = _MARK.search(described)
        return cls(
            repository=repository,
            commit=commit,
            context=str(body.get("context") or ""),
            state=StatusState(state),
            description=_MARK.sub("", described),
            target_url=str(body.get("target_url") or ""),
            at=parse_time(mark["at"]) if mark else None,
        )

    @property
    def told_description(self) -> str:
        """The description with its mark, within GitHub's limit; what is cut ends with an ellipsis."""
        mark = f" [{self.at:%Y-%m-%dT%H:%M:%SZ}]" if self.at is not None else ""
        room = DESCRIPTION_LIMIT - len(mark)
        text = self.description if len(self.description) <= room else self.description[: room - 1] + "…"
        return f"{text}{mark}".strip()

    @property
    def order(self) -> tuple[datetime, int]:
        """By which of two statuses of one context the later one is told; foreign ones come before all of ours."""
        return (self.at or datetime.min.replace(tzinfo=UTC), self.state.weight)

    def same_as(self, other: "CommitStatus") -> bool:
        """Whether both show the same on the same commit."""
        return (
            self.context.lower() == other.context.lower()
            and self.state is other.state
            and self.target_url == other.target_url
            and self.told_description == other.told_description
        )


def _web_address(text: str) -> str:
    """GitHub refuses a target that is no web address, with 422; a status without one is better than none."""
    return text if re.fullmatch(r"https?://[^\s<>\"]+", text) else ""
