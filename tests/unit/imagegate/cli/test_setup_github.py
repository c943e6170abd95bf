"""What setup learns of GitHub, and the issuer's keys."""

import json
from pathlib import Path

import pytest

from imagegate.cli.setup import _github_environment
from imagegate.cli.setup_github import KnownRepositories, ask_github, read_issuer_keys
from imagegate.errors import InputError, ServiceUnreachable
from imagegate.gateway.github import GitHubStatuses, Repository
from job_issuer import JobIssuer

TOKEN = {"GITHUB_TOKEN": "a-token"}


@pytest.fixture
def notes() -> list[str]:
    """What was said."""
    return []


def test_names_and_numbers_come_from_github(monkeypatch: pytest.MonkeyPatch, notes: list[str]) -> None:
    """With a token, each repository's default branch counts and its number is pinned, each once."""
    branches = {"acme/images": "trunk", "acme/more": "main"}
    monkeypatch.setattr(
        GitHubStatuses,
        "repository",
        lambda _, name: Repository(default_branch=branches[name], id=str(len(branches[name])), owner_id="7"),
    )

    found = ask_github(["acme/images", "acme/more"], TOKEN, note=notes.append)

    assert (found.refs, found.ids) == (("refs/heads/trunk", "refs/heads/main"), ("5", "4"))
    assert found.names == ("acme/images", "acme/more", "acme@7/images@5", "acme@7/more@4")
    assert notes == []


@pytest.mark.parametrize(("environment", "said"), [({}, "GITHUB_TOKEN is not set"), (TOKEN, "GitHub is out")])
def test_main_without_an_answer(
    monkeypatch: pytest.MonkeyPatch, notes: list[str], environment: dict[str, str], said: str
) -> None:
    """Without a token, or an answer, main is taken, no number is pinned, and a note says so."""

    def unreachable(_: object, _name: str) -> Repository:
        raise ServiceUnreachable("GitHub is out.")

    monkeypatch.setattr(GitHubStatuses, "repository", unreachable)

    assert ask_github(["acme/images"], environment, note=notes.append) == KnownRepositories(names=("acme/images",))
    (note,) = notes
    assert said in note
    assert "main is taken" in note


def test_no_repository_asks_nobody(notes: list[str]) -> None:
    """A set-up without --repository says nothing of GitHub."""
    assert ask_github([], {}, note=notes.append) == KnownRepositories()
    assert notes == []


def test_key_file(tmp_path: Path) -> None:
    """A key set comes back on one line."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(JobIssuer().keys, indent=2))

    text = read_issuer_keys(file)

    assert "\n" not in text
    assert json.loads(text) == json.loads(file.read_text())


@pytest.mark.parametrize("content", ["", "[]", '{"keys": []}', '{"keys": [{"kty": "oct"}]}', None])
def test_no_key_file(tmp_path: Path, content: str | None) -> None:
    """A file without keys, or no file at all, is a fault of the option."""
    file = tmp_path / "jwks.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(InputError, match="is no JSON Web Key Set") as caught:
        read_issuer_keys(file)
    assert [one.path for one in caught.value.faults] == ["--issuer-keys"]


def test_what_stays_unknown_is_said_with_refs_too(notes: list[str]) -> None:
    """Refs that are given replace the guess of main, and nothing else."""
    ask_github(["acme/images"], {}, note=notes.append, refs_given=True)

    (note,) = notes
    assert "main is taken" not in note
    assert "its jobs cannot log in if" in note


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ([], True),
        (["githubApiUrl=https://api.github.com/"], True),
        (["githubApiUrl=https://github.example/api/v3"], False),
    ],
)
def test_token_goes_to_its_own_github(monkeypatch: pytest.MonkeyPatch, parameters: list[str], *, sent: bool) -> None:
    """GITHUB_TOKEN belongs to GITHUB_API_URL: another server that the Function will use does not get it."""
    monkeypatch.setenv("GITHUB_TOKEN", "a-token")
    monkeypatch.delenv("GITHUB_API_URL", raising=False)

    assert ("GITHUB_TOKEN" in _github_environment({"function_parameters": parameters})) is sent
