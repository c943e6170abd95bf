"""What `imagegate setup` asks GitHub about the repositories, where a token is at hand."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imagegate.errors import ImageGateError, InputError

_DEFAULT_REFS = ("refs/heads/main",)


@dataclass(frozen=True, kw_only=True)
class KnownRepositories:
    """`refs`: the default branches; `ids`: the repositories' numbers, empty where nobody could be asked."""

    refs: tuple[str, ...] = _DEFAULT_REFS
    ids: tuple[str, ...] = ()


def ask_github(
    repositories: Sequence[str], environment: Mapping[str, str], *, note: Callable[[str], None]
) -> KnownRepositories:
    """Default branches and numbers of the repositories.

    Without a token, or without an answer, main is taken and no number is pinned; a note says so.
    """
    from imagegate.gateway.github import GitHubStatuses
    from imagegate.gateway.github_access import GitHubAccess

    access = GitHubAccess.from_environment(environment)
    access = replace(access, repositories=frozenset(name.lower() for name in repositories))
    if not repositories:
        return KnownRepositories()
    if not access.configured:
        note("GITHUB_TOKEN is not set: main is taken for the default branch, and the repository's id is not pinned")
        return KnownRepositories()
    github = GitHubStatuses(access)
    try:
        found = [github.repository(name) for name in repositories]
    except ImageGateError as error:
        note(f"main is taken for the default branch, and the repository's id is not pinned: {error.message}")
        return KnownRepositories()
    return KnownRepositories(
        refs=tuple(dict.fromkeys(f"refs/heads/{one.default_branch}" for one in found)),
        ids=tuple(dict.fromkeys(one.id for one in found)) if all(one.id for one in found) else (),
    )


def read_issuer_keys(file: Path) -> str:
    """A key set's JSON on one line.

    Raises:
        InputError: the file cannot be read, or holds no RSA keys.
    """
    import jwt

    try:
        text = json.dumps(json.loads(file.read_text(encoding="utf-8")), separators=(",", ":"))
        jwt.PyJWKSet.from_json(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
        message = f"{file} is no JSON Web Key Set: {error}"
        raise InputError.of(message, path="--issuer-keys") from error
    return text
