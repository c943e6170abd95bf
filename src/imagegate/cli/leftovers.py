"""What a command leaves to the job's post step, in case it is killed before it has cleaned up."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from imagegate.cli.command import Shell
from imagegate.model import ResourceId
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.settings import CloudSettings

STATE_NAME = "leftover"
ENDED = "ended"
"""The state of a command that ended what it began, and closed its statuses. No state at all means that it was killed
before it could say so, or that the runner does not hand over what a step keeps."""


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """An image template (`build`, `name` is its id), or a verification's resources (`verify`, its group).

    `name` is empty where nothing runs and only statuses may be open. `run` is the job's key, or the run tags of
    verifications, separated by commas: nothing else is touched. `image` is the name in imagegate.yaml, if it is known.
    `submitted` is the file that holds the template as it was sent: a job's state is an environment variable, which is
    too short for it, and which a runner prints when it debugs.
    """

    kind: Literal["build", "verify"]
    name: str
    run: str
    arm_endpoint: str
    subscription_id: str
    image: str = ""
    submitted: str = ""

    def to_text(self) -> str:
        """As it travels in the job's state."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "Leftover | None":
        """The inverse; None for what says nothing."""
        try:
            found = json.loads(text) if text else None
            return cls(**found) if isinstance(found, Mapping) else None
        except (ValueError, TypeError):
            return None


def keep_for_post(
    shell: Shell,
    kind: Literal["build", "verify"],
    name: ResourceId | str | None,
    settings: CloudSettings,
    *,
    run: str = "",
    image: str = "",
    submitted: str = "",
) -> None:
    """Note it, or, without a name, that nothing runs any more. Outside of a job nothing is noted."""
    if shell.job is None:
        return
    left = Leftover(
        kind=kind,
        name=str(name or ""),
        run=run or _run(shell.job.environment),
        arm_endpoint=settings.arm_endpoint,
        subscription_id=settings.subscription_id,
        image=image,
        submitted=submitted,
    )
    shell.job.keep(STATE_NAME, left.to_text())


def keep_template(shell: Shell, submitted: SubmittedTemplate | None, settings: CloudSettings, *, image: str) -> None:
    """Note the job's template with all that the post step needs to sign, or, without one, that nothing is left."""
    if shell.job is None:
        return
    file = shell.job.write_private(f"{submitted.id.name}.json", submitted.to_json()) if submitted is not None else ""
    name = submitted.id if submitted is not None else None
    run = submitted.stamp.job_key if submitted is not None else ""
    keep_for_post(shell, "build", name, settings, run=run, image=image, submitted=file)


def read_submitted(file: str) -> SubmittedTemplate | None:
    """The template that a main step kept; None for a file that is not there or says nothing."""
    try:
        return SubmittedTemplate.from_json(json.loads(Path(file).read_text("utf-8"))) if file else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def note_ended(shell: Shell) -> None:
    """Note that the post step has nothing to do. Outside of a job nothing is noted."""
    if shell.job is not None:
        shell.job.keep(STATE_NAME, ENDED)


def _run(environment: Mapping[str, str]) -> str:
    """As the build stamps it."""
    from imagegate.model.github_event import GitHubEvent

    return GitHubEvent.of(environment).run
