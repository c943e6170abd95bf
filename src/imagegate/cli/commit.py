"""The commit that a job works for: whether statuses are posted on it, and with which credential."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from imagegate.cli.command import Shell
from imagegate.errors import InputError

if TYPE_CHECKING:
    from imagegate.steps.tell_commit import CommitTeller


def statuses_option[R](function: Callable[..., R]) -> Callable[..., R]:
    """The option `--statuses`: nothing is posted unless it is asked for."""
    option = click.option(
        "--statuses",
        type=click.Choice(["all", "build", "none"]),
        default="none",
        envvar="IMAGEGATE_STATUSES",
        show_default=True,
        show_envvar=True,
        help="In a GitHub job: which commit statuses to post, with GITHUB_TOKEN.",
    )
    return option(function)


def refuse_strangers_code(environment: Mapping[str, str]) -> None:
    """A build for a fork, in a job that has the repository's own rights, does not begin.

    Raises:
        InputError: which event it was, and what to use instead.
    """
    from imagegate.gateway.github_event_file import read_github_event

    event = read_github_event(environment)
    if event is None or not (event.is_fork and event.is_privileged):
        return
    raise InputError.of(
        f"{event.name} runs with this repository's rights, and its event is a fork's: what is built would be a "
        "stranger's code with your identity, or your code under the stranger's commit",
        path="GITHUB_EVENT_NAME",
        hint="Use try/action.yml on pull_request, which needs no credential, and build on push or merge_group.",
    )


def commit_teller(shell: Shell, statuses: str) -> "CommitTeller | None":
    """Posts on the head commit of the job's event; None outside of a job, or when nothing is to be posted."""
    if statuses == "none" or shell.job is None:
        return None
    from imagegate.gateway.github import GitHubStatuses
    from imagegate.gateway.github_access import GitHubAccess
    from imagegate.gateway.github_event_file import read_github_event
    from imagegate.steps.tell_commit import CommitTeller

    event = read_github_event(os.environ)
    if event is None:
        return None
    access = GitHubAccess.from_environment(os.environ)
    github = GitHubStatuses(access, on_secret=shell.surroundings.on_secret)
    return CommitTeller(github=github, event=event, note=shell.job.log.note, hide=shell.surroundings.masks.hide)
