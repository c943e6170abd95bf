"""What is decided before GitHub is asked; tests/local/github has the rest, against a GitHub on loopback."""

from typing import Any

import pytest

from imagegate.gateway.github import GitHubStatuses
from imagegate.gateway.github_access import GitHubAccess
from imagegate.steps.post_status import post_status

_JOB: dict[str, Any] = {
    "repository": "Octo-Org/octo-repo",
    "commit": "a" * 40,
    "context": "imagegate/build",
    "state": "pending",
    "description": "",
    "target_url": "",
    "at": "2025-06-01T10:00:00Z",
}


@pytest.mark.parametrize(
    ("environment", "more", "outcome"),
    [
        ({"GITHUB_TOKEN": "x", "GITHUB_REPOSITORY": "a/b"}, {}, "not-allowed"),
        ({"GITHUB_TOKEN": "x"}, {}, "not-allowed"),
        ({"GITHUB_REPOSITORY": "octo-org/OCTO-repo"}, {}, "not-configured"),
        ({"IMAGEGATE_REPOSITORIES": "a/b,octo-org/octo-repo", "GITHUB_REPOSITORY": "a/b"}, {}, "not-configured"),
        ({"GITHUB_TOKEN": "x", "GITHUB_REPOSITORY": "octo-org/octo-repo"}, {"at": "yesterday"}, "not-usable"),
    ],
)
def test_tells_why_nothing_is_posted(environment: dict[str, str], more: dict[str, Any], outcome: str) -> None:
    """No connection is opened for a repository that the settings do not name, without a credential, or for nonsense."""
    statuses = GitHubStatuses(GitHubAccess.from_environment(environment))
    answer = post_status(statuses, {**_JOB, **more})
    assert answer["outcome"] == outcome
    assert answer["message"]


def test_the_app_wins_over_the_token_and_the_settings_over_the_job() -> None:
    """What was set for imagegate counts before what the job happens to have."""
    access = GitHubAccess.from_environment(
        {
            "IMAGEGATE_GITHUB_APP_ID": "1",
            "IMAGEGATE_GITHUB_APP_PRIVATE_KEY": "line one\\nline two",
            "IMAGEGATE_GITHUB_APP_INSTALLATION_ID": "77",
            "IMAGEGATE_GITHUB_TOKEN": "mine",
            "GITHUB_TOKEN": "job's",
            "GITHUB_API_URL": "https://ghe.example/api/v3/",
        }
    )
    assert access.as_app
    assert (access.token, access.app_key, access.installation_id) == ("mine", "line one\nline two", 77)
    assert access.api_url == "https://ghe.example/api/v3"
    assert "line one" not in repr(access)
    assert "mine" not in repr(access)


@pytest.mark.parametrize(
    ("api_url", "run", "url"),
    [
        ("https://api.github.com", "4711-2", "https://github.com/acme/images/actions/runs/4711/attempts/2"),
        ("https://ghe.example/api/v3", "4711-1", "https://ghe.example/acme/images/actions/runs/4711/attempts/1"),
        ("https://api.github.com", "../../evil", ""),
        ("https://api.github.com", "", ""),
    ],
)
def test_link_to_the_run(api_url: str, run: str, url: str) -> None:
    """A stamp's run becomes the page of that attempt; what is no run becomes no link."""
    assert GitHubAccess(api_url=api_url).run_url("acme/images", run) == url
