"""What `imagegate setup` asks GitHub about the repositories, where a token is at hand."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from imagegate.errors import ImageGateError, InputError

if TYPE_CHECKING:
    from imagegate.gateway.github import Repository

_DEFAULT_REFS = ("refs/heads/main",)
_UNKNOWN = (
    "the repository is not pinned by its id, and its jobs cannot log in if it was made or renamed since July 2026: "
    "their subject then has ids in it"
)
_GUESSED = f"main is taken for the default branch, and {_UNKNOWN}"


@dataclass(frozen=True, kw_only=True)
class KnownRepositories:
    """What is known, or as much as can be said without an answer.

    `refs`: the default branches. `ids`: the repositories' numbers, or none. `names`: as subjects of job tokens name
    them, `owner/name` and, for repositories that were made or renamed since July 2026, `owner@ID/name@ID`.
    """

    names: tuple[str, ...] = ()
    refs: tuple[str, ...] = _DEFAULT_REFS
    ids: tuple[str, ...] = ()


def ask_github(
    repositories: Sequence[str],
    environment: Mapping[str, str],
    *,
    note: Callable[[str], None],
    refs_given: bool = False,
) -> KnownRepositories:
    """Default branches and numbers of the repositories.

    Without a token or an answer main is taken, unless refs are given, and no number is pinned; a note says so.
    """
    from imagegate.gateway.github import GitHubStatuses
    from imagegate.gateway.github_access import GitHubAccess

    access = GitHubAccess.from_environment(environment)
    access = replace(access, repositories=frozenset(name.lower() for name in repositories))
    if not repositories:
        return KnownRepositories()
    unknown = KnownRepositories(names=tuple(dict.fromkeys(repositories)))
    if not access.configured:
        note(f"GITHUB_TOKEN is not set: {_UNKNOWN if refs_given else _GUESSED}")
        return unknown
    github = GitHubStatuses(access)
    try:
        found = [github.repository(name) for name in repositories]
    except ImageGateError as error:
        note(f"{error.message} ({_UNKNOWN if refs_given else _GUESSED})")
        return unknown
    return KnownRepositories(
        names=tuple(dict.fromkeys((*repositories, *map(_with_numbers, repositories, found)))),
        refs=tuple(dict.fromkeys(f"refs/heads/{one.default_branch}" for one in found)),
        ids=tuple(dict.fromkeys(one.id for one in found)) if all(one.id for one in found) else (),
    )


def _with_numbers(name: str, found: "Repository") -> str:
    """Source: GitHub documentation, OpenID Connect reference, "Immutable subject claims"."""
    owner, _, repository = name.partition("/")
    return f"{owner}@{found.owner_id}/{repository}@{found.id}" if found.owner_id and found.id else name


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
