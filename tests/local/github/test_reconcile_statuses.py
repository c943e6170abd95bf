"""Statuses that would stay pending for ever, against a GitHub on loopback."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from durabletask.client import TaskHubGrpcClient

from durable_client import idle_engine
from fake_orchestration import FakeContext, drive
from function_environment import function_settings
from imagegate.flows.give_up import give_up
from imagegate.flows.reconcile_statuses import reconcile_statuses
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.gateway.scheduler import Scheduler
from imagegate.settings.function_settings import FunctionSettings
from imagegate.steps.post_status import post_status

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_COMMIT = "a" * 40
_OLD, _NEW = "Waits. [2026-11-21T11:00:00Z]", "Waits. [2026-11-22T11:00:00Z]"
_OLD_S = 1795258800
"""The same moment as `_OLD`, in seconds."""


@pytest.fixture
def client() -> Iterator[TaskHubGrpcClient]:
    """A client of the real engine."""
    with idle_engine() as found:
        yield found


@pytest.fixture
def settings() -> FunctionSettings:
    """One repository, and a limit of a day."""
    return function_settings(IMAGEGATE_REPOSITORIES="octo-org/octo-repo")


def _pull(commit: str = _COMMIT, *, days_ago: float = 1) -> dict[str, Any]:
    return {"head": {"sha": commit}, "updated_at": f"{_NOW - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"}


def _look(statuses: GitHubStatuses, client: TaskHubGrpcClient, settings: FunctionSettings) -> int:
    return reconcile_statuses(github=statuses, scheduler=Scheduler(client), settings=settings, now=_NOW)


@pytest.mark.parametrize(
    ("context", "description", "target_url"),
    [
        ("imagegate/build", _OLD, None),
        ("imagegate/verify", _OLD, None),
        ("imagegate/build (web)", "Building the image.", f"https://a/b#imagegate=7-1;.p.{_OLD_S}"),
        ("imagegate/verify (web)", "1 of 2.", f"https://a/b#imagegate=7-1;0a.s.{_OLD_S + 9};0b.p.{_OLD_S}"),
    ],
)
@pytest.mark.parametrize("queued", [False, True])
def test_what_is_pending_for_too_long_is_closed_once(
    github: Any,  # noqa: ANN401 - see conftest
    statuses: GitHubStatuses,
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
    context: str,
    description: str,
    target_url: str | None,
    *,
    queued: bool,
) -> None:
    """On a pull request's head or in the merge queue, one look closes what is pending beyond the limit.

    Statuses of older releases, without the image's name and with the time in their text, are recognised, too.
    """
    github.add(context, "pending", description, target_url)
    (github.queue if queued else github.pulls).append(_COMMIT if queued else _pull())

    assert [_look(statuses, client, settings) for _ in range(3)] == [1, 0, 0]
    (job,) = client.get_all_orchestration_states()
    assert job.name == "give_up"


@pytest.mark.parametrize("context", ["imagegate/build", "imagegate/verify"])
def test_context_of_an_older_release_is_closed(
    github: Any,  # noqa: ANN401 - as above
    statuses: GitHubStatuses,
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
    context: str,
) -> None:
    """After an upgrade it becomes an error that names the contexts of this release, and no later look finds it."""
    github.add(context, "pending", _OLD, "https://github.com/octo-org/octo-repo/actions/runs/7/attempts/1")
    github.pulls.append(_pull())
    assert _look(statuses, client, settings) == 1
    (known,) = client.get_all_orchestration_states()
    started = client.get_orchestration_state(known.instance_id)
    assert started is not None
    ctx = FakeContext({"post_status": lambda job: post_status(statuses, job)})

    drive(ctx, give_up(ctx, json.loads(started.serialized_input or "{}")))

    shown = github.shown(context)
    assert shown["state"] == "error"
    assert shown["description"].endswith(f" Statuses now name their image: {context} (NAME).")
    with idle_engine() as engine_that_has_forgotten:
        assert _look(statuses, engine_that_has_forgotten, settings) == 0


@pytest.mark.parametrize(
    ("context", "state", "description"),
    [
        ("imagegate/verify", "pending", _NEW),
        ("imagegate/verify", "success", _OLD),
        ("imagegate/verify", "pending", "by somebody else, without our mark"),
        ("their/check", "pending", _OLD),
    ],
)
def test_what_is_not_stuck_or_not_ours_is_left(
    github: Any,  # noqa: ANN401 - as above
    statuses: GitHubStatuses,
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
    context: str,
    state: str,
    description: str,
) -> None:
    """Young, closed and foreign statuses are left alone."""
    github.add(context, state, description)
    github.pulls.append(_pull())

    assert _look(statuses, client, settings) == 0


def test_all_pages_are_read_and_old_pull_requests_are_not(
    github: Any,  # noqa: ANN401 - as above
    statuses: GitHubStatuses,
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
) -> None:
    """The list is read page by page, up to what nobody has touched for weeks; a commit is asked for once."""
    commits = [f"{number:040x}" for number in range(150)]
    github.commits.update(commits)
    github.pulls = [_pull(commit) for commit in commits] + [_pull(commits[0]), _pull("f" * 40, days_ago=30)]

    assert _look(statuses, client, settings) == 0

    asked = [path for _, path in github.requests if path.endswith("/status")]
    assert len(asked) == len(set(asked)) == 150


def test_the_hour_s_requests_are_not_used_up(
    github: Any,  # noqa: ANN401 - as above
    statuses: GitHubStatuses,
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
) -> None:
    """Where few requests are left they are left to verdicts: the next look goes on."""
    github.requests_left = 900
    github.pulls = [_pull(f"{number:040x}") for number in range(5)]
    github.commits.update(f"{number:040x}" for number in range(5))

    _look(statuses, client, settings)

    assert len([path for _, path in github.requests if path.endswith("/status")]) == 1


@pytest.mark.parametrize("answer", [(403, {}, {"message": "Resource not accessible"}), (502, {}, {"message": "oops"})])
def test_refusal_is_told_and_passes(
    github: Any,  # noqa: ANN401 - as above
    statuses: GitHubStatuses,
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, dict[str, str], dict[str, str]],
) -> None:
    """A repository that cannot be asked is named in the log, and the timer does not fail for it."""
    github.faults = [answer]

    assert _look(statuses, client, settings) == 0
    assert "octo-org/octo-repo that stay pending are not looked for" in caplog.text


def test_nobody_is_asked_without_a_credential(client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
    """A Function that may tell nobody looks for nothing."""
    assert _look(GitHubStatuses(GitHubAccess()), client, settings) == 0


def test_app_asks_for_the_rights_that_it_needs(
    github: Any,  # noqa: ANN401 - as above
    client: TaskHubGrpcClient,
    settings: FunctionSettings,
    pem: str,
) -> None:
    """An App's token for looking may only read; the one for telling stays as narrow as it was."""
    github.add("imagegate/verify", "pending", _OLD)
    github.pulls.append(_pull())
    access = GitHubAccess(
        api_url=github.api_url, app_id="4711", app_key=pem, repositories=frozenset({"octo-org/octo-repo"})
    )

    assert _look(GitHubStatuses(access), client, settings) == 1
    assert github.violations == []
