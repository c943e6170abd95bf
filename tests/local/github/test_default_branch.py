"""GitHub says which branch of a repository is the default one."""

import pytest

from imagegate.errors import NotAuthorised, ResourceMissing, ServiceRefused, ServiceUnreachable
from imagegate.gateway import github as gateway
from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess

from .conftest import REPOSITORY, FakeGitHub


def test_asked_once_in_a_while(github: FakeGitHub, statuses: GitHubStatuses, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer holds for ten minutes, in any spelling of the name; then GitHub is asked again."""
    now = [1000.0]
    monkeypatch.setattr(gateway, "monotonic", lambda: now[0])
    github.default_branch = "trunk"

    assert statuses.default_branch_of(REPOSITORY) == "trunk"
    github.default_branch = "main"
    assert statuses.default_branch_of(REPOSITORY.upper()) == "trunk"
    assert len(github.requests) == 1
    now[0] += 601
    assert statuses.default_branch_of(REPOSITORY) == "main"


def test_an_app_needs_no_more_than_metadata(github: FakeGitHub, pem: str) -> None:
    """The token of an installation is asked for with the one permission that every app has."""
    access = GitHubAccess(api_url=github.api_url, app_id="4711", app_key=pem)

    assert GitHubStatuses(access).default_branch_of(REPOSITORY) == "main"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(503, ServiceUnreachable), (429, ServiceUnreachable), (401, NotAuthorised), (404, ResourceMissing)],
)
def test_no_answer_is_no_branch(
    github: FakeGitHub, statuses: GitHubStatuses, status: int, kind: type[Exception]
) -> None:
    """A refusal is reported as one and not cached; no name is guessed."""
    github.faults.append((status, {}, {"message": "no"}))

    with pytest.raises(kind):
        statuses.default_branch_of(REPOSITORY)

    assert statuses.default_branch_of(REPOSITORY) == "main"


@pytest.mark.parametrize("answer", [None, "", 7])
def test_an_answer_without_a_branch(github: FakeGitHub, statuses: GitHubStatuses, answer: object) -> None:
    """An answer that names no branch is a refusal."""
    github.default_branch = answer

    with pytest.raises(ServiceRefused, match="default"):
        statuses.default_branch_of(REPOSITORY)
