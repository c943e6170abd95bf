"""What a command leaves to the job's post step, in case it is killed before it has cleaned up."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from imagegate.cli.command import Shell
from imagegate.model import ResourceId
from imagegate.settings import CloudSettings

STATE_NAME = "leftover"


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A run of an image template (`build`, `name` is its id), or a verification's resources (`verify`, its group).

    `run` is the job's stamp, or the verification's run tag: nothing of anybody else is touched.
    """

    kind: Literal["build", "verify"]
    name: str
    run: str
    arm_endpoint: str
    subscription_id: str

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
) -> None:
    """Note it, or, without a name, that there is nothing any more. Outside of a job nothing is noted."""
    if shell.job is None:
        return
    left = Leftover(
        kind=kind,
        name=str(name or ""),
        run=run or _run(shell.job.environment),
        arm_endpoint=settings.arm_endpoint,
        subscription_id=settings.subscription_id,
    )
    shell.job.keep(STATE_NAME, left.to_text() if name else "")


def _run(environment: Mapping[str, str]) -> str:
    """As the build stamps it."""
    from imagegate.model.github_event import GitHubEvent

    return GitHubEvent.of(environment).run
