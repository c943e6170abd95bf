"""A commit status: what a pull request shows beside its head commit.

Each image has two contexts of its own, `imagegate/build (NAME)` and `imagegate/verify (NAME)`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from imagegate.model.published_schema import is_image_name
from imagegate.model.redaction import redact
from imagegate.model.run import parse_time
from imagegate.model.status_record import WHOLE, Part, StatusRecord, StatusState, subject_key, usable_run

BUILD_CONTEXT = "imagegate/build"
VERIFY_CONTEXT = "imagegate/verify"
DESCRIPTION_LIMIT = 140
"""Characters of a description; GitHub refuses longer ones with 422. Source: GitHub REST, commit statuses."""

_CONTEXT = re.compile(rf"({re.escape(BUILD_CONTEXT)}|{re.escape(VERIFY_CONTEXT)})(?: \((?P<image>[^()]+)\))?")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def build_context(image: str) -> str:
    """The context of an image's build; without a usable name the one that older releases used."""
    return _of_image(BUILD_CONTEXT, image)


def verify_context(image: str) -> str:
    """The context of an image's verification; without a usable name the one that older releases used."""
    return _of_image(VERIFY_CONTEXT, image)


def is_our_context(text: str) -> bool:
    """Whether a context is imagegate's: of an image, or without a name as in older releases."""
    found = _CONTEXT.fullmatch(text)
    return found is not None and (found["image"] is None or is_image_name(found["image"]))


def _of_image(kind: str, image: str) -> str:
    return f"{kind} ({image})" if is_image_name(image) else kind


@dataclass(frozen=True, kw_only=True)
class CommitStatus:
    """A status as imagegate writes it, or one as it was read back; `record` is None for any other."""

    repository: str
    commit: str
    context: str
    state: StatusState
    description: str = ""
    target_url: str = ""
    record: StatusRecord | None = None

    @classmethod
    def from_job(cls, job: Mapping[str, Any]) -> Self:
        """From an activity's input; `post_status` names its members.

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
                ("context", is_our_context(text["context"])),
                ("state", text["state"] in set(StatusState)),
            )
            if not usable
        ]
        if at is None:
            wrong.append(f"at {job.get('at')!r}")
        if wrong or at is None:
            raise ValueError(f"not usable in a commit status: {', '.join(wrong)}")
        part = Part(state=StatusState(text["state"]), at=at.astimezone(UTC).replace(microsecond=0))
        keys = [subject_key(str(one)) for one in job.get("subjects") or ()] or [WHOLE]
        return cls(
            repository=text["repository"],
            commit=text["commit"].lower(),
            context=text["context"],
            state=part.state,
            description=redact(" ".join(str(job.get("description") or "").split())),
            target_url=_web_address(str(job.get("target_url") or "").strip()),
            record=StatusRecord(run=usable_run(job.get("run")), parts=dict.fromkeys(keys, part)),
        )

    @classmethod
    def from_github(cls, repository: str, commit: str, body: Mapping[str, Any]) -> Self | None:
        """From GitHub's list of statuses; None for a state that is not known."""
        text = str(body.get("state") or "")
        if text not in set(StatusState):
            return None
        state, described = StatusState(text), str(body.get("description") or "")
        target_url = str(body.get("target_url") or "")
        record, target_url, described = StatusRecord.parse(target_url, described, state) or (
            None,
            target_url,
            described,
        )
        return cls(
            repository=repository,
            commit=commit,
            context=str(body.get("context") or ""),
            state=state,
            description=described,
            target_url=target_url,
            record=record,
        )

    @property
    def at(self) -> datetime | None:
        """Since when it stands; None for a status that imagegate did not write."""
        return self.record.decisive[1].at if self.record is not None else None

    @property
    def link(self) -> str:
        """The link with the record as its fragment."""
        base = self.target_url.partition("#")[0]
        return f"{base}{self.record.to_fragment()}" if base and self.record is not None else self.target_url

    @property
    def short_description(self) -> str:
        """The description within GitHub's limit; what is cut ends with an ellipsis."""
        text = self.description
        return text if len(text) <= DESCRIPTION_LIMIT else text[: DESCRIPTION_LIMIT - 1] + "…"

    def joined(self, shown: Sequence["CommitStatus"]) -> "CommitStatus":
        """What the context is to show once this status is added to those that are there."""
        ours = [(one, one.record) for one in (self, *shown) if one.record is not None]
        record = StatusRecord.joined(one for _, one in ours)
        key, part = record.decisive
        source = next((one for one, its in ours if one.state is part.state and its.parts.get(key) == part), self)
        return replace(source, state=part.state, description=_text(source, record), record=record)

    def same_as(self, other: "CommitStatus") -> bool:
        """Whether both show the same on the same commit."""
        return (
            self.context.lower() == other.context.lower()
            and self.state is other.state
            and self.link == other.link
            and self.short_description == other.short_description
        )


def _text(source: CommitStatus, record: StatusRecord) -> str:
    """The words of the status that decides; of several versions, how many of them are verified."""
    states = [part.state for part in record.subjects.values()]
    state = record.decisive[1].state
    done = sum(one is not StatusState.PENDING for one in states)
    if source.context.startswith(VERIFY_CONTEXT) and len(record.parts) == len(states) > 1:
        if state is StatusState.PENDING and done:
            return f"{done} of {len(states)} image versions {'is' if done == 1 else 'are'} verified."
        if state is StatusState.SUCCESS:
            return f"All {len(states)} image versions passed."
    return source.description


def _web_address(text: str) -> str:
    """GitHub refuses a target that is no web address, with 422; a status without one is better than none."""
    return text if re.fullmatch(r"https?://[^\s<>\"]+", text) else ""
