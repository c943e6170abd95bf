"""Commit statuses at GitHub: read and write, with GitHub's answers in our own tree of errors."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import quote

from imagegate.errors import NotAuthorised, ResourceMissing, ServiceRefused, ServiceUnreachable
from imagegate.gateway.github_access import (
    TO_FIND_PENDING,
    TO_READ_REPOSITORY,
    TO_WRITE_STATUSES,
    GitHubAccess,
    GitHubClients,
)
from imagegate.model.commit_status import CommitStatus
from imagegate.model.run import parse_time

_QUEUE = "heads/gh-readonly-queue/"
"""Branches of GitHub's merge queue. Source: GitHub documentation, "Managing a merge queue"."""

_BRANCH_KEPT_S = 600
"""How long an answer about a default branch holds; renaming one is rare."""

_PAGE = 100
_PAGES = 10
_UNAUTHORISED, _FORBIDDEN, _MISSING, _UNPROCESSABLE, _THROTTLED, _SERVER_ERROR = 401, 403, 404, 422, 429, 500


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository's default branch, its number and its owner's ("" where GitHub names none): names can change."""

    default_branch: str
    id: str
    owner_id: str = ""


class GitHubStatuses:
    """The statuses of commits. Without retries of its own beyond a broken connection, and without waiting."""

    def __init__(self, access: GitHubAccess, *, on_secret: Callable[[str], None] = lambda _: None) -> None:
        self.access = access
        self._clients = GitHubClients(access, on_secret=on_secret)
        self._default_branches: dict[str, tuple[str, float]] = {}
        self.requests_left: int | None = None
        """How many requests GitHub still takes in this hour, by its last answer; None before there was one."""

    def of_context(self, repository: str, commit: str, context: str) -> tuple[CommitStatus, ...]:
        """The statuses of one context on a commit, newest posting first.

        Pages of a hundred are read until one has the context: newer postings come first, so none of them is missed.

        Raises:
            ResourceMissing: GitHub does not know the commit, or does not show it.
            NotAuthorised: the credential is not taken, or may not read.
            ServiceUnreachable: no answer, a fault of GitHub's, or a rate limit; it may pass.
            ServiceRefused: any other refusal.
        """
        path = f"/repos/{repository}/commits/{quote(commit)}/statuses"
        found: list[CommitStatus] = []
        for page in range(1, _PAGES + 1):
            entries = self._ask("GET", repository, f"{path}?per_page={_PAGE}&page={page}")
            read = [CommitStatus.from_github(repository, commit, entry) for entry in entries]
            found += [one for one in read if one is not None and one.context.lower() == context.lower()]
            if found or len(entries) < _PAGE:
                break
        return tuple(found)

    def shown(self, repository: str, commit: str) -> tuple[CommitStatus, ...]:
        """What a commit shows: of each context the status that counts. Raises as `of_context`."""
        path = f"/repos/{repository}/commits/{quote(commit)}/status?per_page={_PAGE}"
        entries = self._ask("GET", repository, path, permissions=TO_FIND_PENDING).get("statuses") or ()
        read = (CommitStatus.from_github(repository, commit, entry) for entry in entries)
        return tuple(one for one in read if one is not None)

    def waiting_commits(self, repository: str, *, since: datetime) -> Iterator[str]:
        """Commits that somebody may wait for: heads of open pull requests touched since then, and merge groups.

        A credential that may not list them ends it with the error of that; pages are read as they are asked for.

        Raises:
            As `of_context`.
        """
        seen: set[str] = set()
        refs = self._ask(
            "GET", repository, f"/repos/{repository}/git/matching-refs/{_QUEUE}", permissions=TO_FIND_PENDING
        )
        for commit in (*(str(ref["object"]["sha"]) for ref in refs), *self._heads(repository, since)):
            if commit not in seen:
                seen.add(commit)
                yield commit

    def _heads(self, repository: str, since: datetime) -> Iterator[str]:
        """Head commits of open pull requests, the last touched first."""
        path = f"/repos/{repository}/pulls?state=open&sort=updated&direction=desc&per_page={_PAGE}"
        for page in range(1, _PAGES + 1):
            pulls = self._ask("GET", repository, f"{path}&page={page}", permissions=TO_FIND_PENDING)
            for pull in pulls:
                touched = parse_time(pull.get("updated_at"))
                if touched is not None and touched < since:
                    return
                yield str(pull["head"]["sha"])
            if len(pulls) < _PAGE:
                return

    def parents_of(self, repository: str, commit: str) -> tuple[str, ...]:
        """The parents of a commit. Raises as `of_context`."""
        found = self._ask(
            "GET", repository, f"/repos/{repository}/commits/{quote(commit)}", permissions=TO_FIND_PENDING
        )
        return tuple(str(one["sha"]) for one in found.get("parents") or ())

    def default_branch_of(self, repository: str) -> str:
        """The name of the repository's default branch, asked at most once in ten minutes. Raises as `of_context`."""
        known = self._default_branches.get(repository.lower())
        if known is not None and monotonic() - known[1] < _BRANCH_KEPT_S:
            return known[0]
        branch = self.repository(repository).default_branch
        self._default_branches[repository.lower()] = (branch, monotonic())
        return branch

    def repository(self, name: str) -> Repository:
        """What GitHub says of a repository. Raises as `of_context`."""
        found = self._ask("GET", name, f"/repos/{name}", permissions=TO_READ_REPOSITORY)
        found = found if isinstance(found, Mapping) else {}
        branch = found.get("default_branch")
        if not isinstance(branch, str) or not branch:
            raise ServiceRefused("GitHub does not say which branch is the default one.", ids={"repository": name})
        return Repository(default_branch=branch, id=_number(found), owner_id=_number(found.get("owner")))

    def post(self, status: CommitStatus) -> None:
        """Write a status; it becomes the one that counts in its context.

        Raises:
            As `of_context`; ResourceMissing also where GitHub says 422 because the repository has no such commit.
        """
        body = {"state": str(status.state), "context": status.context, "description": status.short_description}
        if status.link:
            body["target_url"] = status.link
        self._ask("POST", status.repository, f"/repos/{status.repository}/statuses/{quote(status.commit)}", body)

    def _ask(
        self,
        verb: str,
        repository: str,
        path: str,
        body: dict[str, str] | None = None,
        *,
        permissions: Mapping[str, str] = TO_WRITE_STATUSES,
    ) -> Any:  # noqa: ANN401 - any JSON
        with translated(repository):
            client = self._clients.client_for(repository, permissions)
            try:
                headers, answer = client.requester.requestJsonAndCheck(verb, path, input=body)
            finally:
                client.close()
        left = str(headers.get("x-ratelimit-remaining", ""))
        self.requests_left = int(left) if left.isdigit() else self.requests_left
        return answer


@contextmanager
def translated(repository: str) -> Iterator[None]:
    """GitHub's and the connection's exceptions as ours."""
    import requests
    from github import GithubException

    try:
        yield
    except GithubException as error:
        raise _translate(error, repository) from error
    except requests.RequestException as error:
        raise ServiceUnreachable(
            f"GitHub could not be reached: {type(error).__name__}.",
            hint="Check the network, and the address of the API for GitHub Enterprise Server.",
            ids={"repository": repository},
        ) from error


def _translate(error: Any, repository: str) -> Exception:  # noqa: ANN401 - its module is imported late
    status: int = error.status
    data = error.data if isinstance(error.data, dict) else {}
    message = str(data.get("message") or error.message or "")
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    ids = {"repository": repository, **_request_id(headers)}
    if status >= _SERVER_ERROR or _is_throttled(status, message, headers):
        return ServiceUnreachable(f"GitHub does not serve us at the moment ({status}): {message}", ids=ids)
    if status == _UNAUTHORISED:
        return NotAuthorised(f"GitHub does not take the credential: {message}", hint="It may have expired.", ids=ids)
    if status == _FORBIDDEN:
        return NotAuthorised(
            f"The credential may not write commit statuses: {message}",
            action="statuses: write",
            scope=repository,
            hint="Give the job `permissions: statuses: write`; tokens of pull requests from forks only read.",
            ids=_request_id(headers),
        )
    told = message + "".join(f"; {one}" for one in _details(data))
    if status == _MISSING or (status == _UNPROCESSABLE and "no commit found" in told.lower()):
        return ResourceMissing(
            f"GitHub has no such commit or repository, or does not show it to us: {told}", status=status, ids=ids
        )
    return ServiceRefused(f"GitHub refused ({status}): {told}", status=status, ids=ids)


def _is_throttled(status: int, message: str, headers: dict[str, str]) -> bool:
    """Whether a rate limit speaks: 429, or 403 with its words or headers. Source: GitHub REST, rate limits."""
    limited = "rate limit" in message.lower() or "abuse" in message.lower() or "retry-after" in headers
    used_up = headers.get("x-ratelimit-remaining") == "0"
    return status == _THROTTLED or (status == _FORBIDDEN and (limited or used_up))


def _request_id(headers: dict[str, str]) -> dict[str, str]:
    found = headers.get("x-github-request-id")
    return {"github request id": found} if found else {}


def _details(data: dict[str, Any]) -> list[str]:
    errors = data.get("errors")
    if not isinstance(errors, list):
        return [str(errors)] if errors else []
    return [str(one.get("message") or one.get("code") or one) if isinstance(one, dict) else str(one) for one in errors]


def _number(resource: object) -> str:
    number = resource.get("id") if isinstance(resource, Mapping) else None
    return str(number) if isinstance(number, int) else ""
