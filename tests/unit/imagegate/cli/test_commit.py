"""The commit that a job works for."""

import json
from pathlib import Path

import pytest

from imagegate.cli.commit import refuse_strangers_code
from imagegate.errors import InputError


def job(tmp_path: Path, name: str, owner: str) -> dict[str, str]:
    """A job of an event about a pull request from somebody's repository."""
    file = tmp_path / "event.json"
    head = {"sha": "a" * 40, "repo": {"full_name": f"{owner}/images"}}
    payload = {
        "pull_request": {"number": 7, "head": head},
        "workflow_run": {"head_sha": "a" * 40, "head_repository": head["repo"]},
    }
    wanted = "workflow_run" if name == "workflow_run" else "pull_request"
    file.write_text(json.dumps({wanted: payload[wanted]}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REPOSITORY": "octo-org/images",
    }


@pytest.mark.parametrize("name", ["pull_request_target", "workflow_run"])
def test_a_stranger_s_code_is_not_built_with_our_rights(tmp_path: Path, name: str) -> None:
    """Events that run with the repository's rights, about a fork: it is refused, and told what to use instead."""
    with pytest.raises(InputError, match=r"try/action\.yml"):
        refuse_strangers_code(job(tmp_path, name, "evil"))


@pytest.mark.parametrize(
    ("name", "owner"),
    [("pull_request", "evil"), ("pull_request_target", "octo-org"), ("workflow_run", "octo-org")],
)
def test_what_has_no_rights_or_is_no_fork_may_begin(tmp_path: Path, name: str, owner: str) -> None:
    """A fork's own job has no rights to misuse, and a branch of the repository is no stranger's."""
    refuse_strangers_code(job(tmp_path, name, owner))


def test_outside_of_a_job_nothing_is_refused() -> None:
    """On a laptop there is no event."""
    refuse_strangers_code({})
