"""What a command leaves to the job's post step, in case it is killed before it has cleaned up."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from imagegate.cli.command import Shell
from imagegate.model import ResourceId
from imagegate.settings import CloudSettings

STATE_NAME = "leftover"
ENDED = "ended"
"""The state of a command that ended what it began, and closed its statuses. No state at all means that it was killed
before it could say so, or that the runner does not hand over what a step keeps."""


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A run of an image template (`build`, `name` is its id), or a verification's resources (`verify`, its group).

    `name` is empty where nothing runs and only statuses may be open. `run` is the job's stamp, or the run tags of
    verifications, separated by commas: nothing else is touched. `image` is the name in imagegate.yaml, if it is known.
    """

    kind: Literal["build", "verify"]
    name: str
    run: str
    arm_endpoint: str
    subscription_id: str
    image: str = ""

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
    )
    shell.job.keep(STATE_NAME, left.to_text())


def note_ended(shell: Shell) -> None:
    """Note that the post step has nothing to do. Outside of a job nothing is noted."""
    if shell.job is not None:
        shell.job.keep(STATE_NAME, ENDED)


def _run(environment: Mapping[str, str]) -> str:
    """As the build stamps it."""
    from imagegate.model.github_event import GitHubEvent

    return GitHubEvent.of(environment).run
