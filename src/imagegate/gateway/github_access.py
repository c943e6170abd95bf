"""How we are let in at GitHub: as a GitHub App, with a fine-grained token, or with the job's own token."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from imagegate.errors import NotAuthorised

if TYPE_CHECKING:
    from github import Github

DEFAULT_API_URL = "https://api.github.com"
TO_WRITE_STATUSES: Mapping[str, str] = {"statuses": "write"}
TO_FIND_PENDING: Mapping[str, str] = {"statuses": "read", "pull_requests": "read", "contents": "read"}
TO_READ_REPOSITORY: Mapping[str, str] = {"metadata": "read"}
_TIMEOUT_S = 20
_RETRIES = 2
_EARLY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class GitHubAccess:
    """Credentials and where they count.

    `repositories` are those to which anything may be posted, as `owner/name` in lower case: a repository in an image's
    tags is a claim of whoever built it. `app_id` and `app_key` (a PEM) win over `token`; `installation_id` None means
    that GitHub is asked where the app is installed.
    """

    api_url: str = DEFAULT_API_URL
    repositories: frozenset[str] = frozenset()
    token: str = field(default="", repr=False)
    app_id: str = ""
    app_key: str = field(default="", repr=False)
    installation_id: int | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "GitHubAccess":
        """From the Function's application settings, or from the job's environment.

        IMAGEGATE_GITHUB_APP_ID, _APP_PRIVATE_KEY, _APP_INSTALLATION_ID; IMAGEGATE_GITHUB_TOKEN, else GITHUB_TOKEN;
        IMAGEGATE_GITHUB_API_URL, else GITHUB_API_URL; IMAGEGATE_REPOSITORIES, else the job's own GITHUB_REPOSITORY.
        """
        given = environment.get("IMAGEGATE_REPOSITORIES") or environment.get("GITHUB_REPOSITORY") or ""
        installation = environment.get("IMAGEGATE_GITHUB_APP_INSTALLATION_ID", "")
        api_url = environment.get("IMAGEGATE_GITHUB_API_URL") or environment.get("GITHUB_API_URL") or DEFAULT_API_URL
        return cls(
            api_url=api_url.rstrip("/"),
            repositories=frozenset(name.strip().lower() for name in given.split(",") if name.strip()),
            token=(environment.get("IMAGEGATE_GITHUB_TOKEN") or environment.get("GITHUB_TOKEN") or "").strip(),
            app_id=environment.get("IMAGEGATE_GITHUB_APP_ID", "").strip(),
            # Application settings hold one line; the breaks of a PEM come as \n.
            app_key=environment.get("IMAGEGATE_GITHUB_APP_PRIVATE_KEY", "").replace("\\n", "\n").strip(),
            installation_id=int(installation) if re.fullmatch(r"\d{1,18}", installation) else None,
        )

    @property
    def as_app(self) -> bool:
        """Whether we come as a GitHub App."""
        return bool(self.app_id and self.app_key)

    @property
    def configured(self) -> bool:
        """Whether there is any credential."""
        return self.as_app or bool(self.token)

    def run_url(self, repository: str, run: str) -> str:
        """The page of a workflow's run, which a stamp names as `<id>-<attempt>`; empty for any other text.

        The site is the API's host without `api.`; of GitHub Enterprise Server it is the same host.
        """
        found = re.fullmatch(r"(\d{1,18})-(\d{1,6})", run)
        if found is None or not self._site:
            return ""
        return f"{self._site}/{repository}/actions/runs/{found[1]}/attempts/{found[2]}"

    def commit_url(self, repository: str, commit: str) -> str:
        """The page of a commit; a repository's own site, as `run_url` has it."""
        return f"{self._site}/{repository}/commit/{commit}" if self._site else ""

    @property
    def _site(self) -> str:
        site = re.match(r"(https?://)(?:api\.)?([^/]+)", self.api_url)
        return f"{site[1]}{site[2]}" if site else ""

    def allows(self, repository: str) -> bool:
        """Whether anything may be posted to the repository."""
        return repository.lower() in self.repositories


class GitHubClients:
    """PyGithub clients by repository, with tokens that are still good.

    `on_secret` is told every secret that is obtained, before it is used: to have it masked.
    """

    def __init__(self, access: GitHubAccess, *, on_secret: Callable[[str], None] = lambda _: None) -> None:
        self.access = access
        self._on_secret = on_secret
        self._tokens: dict[tuple[str, frozenset[str]], tuple[str, datetime]] = {}
        for secret in (access.token, access.app_key):
            if secret:
                on_secret(secret)

    def client_for(self, repository: str, permissions: Mapping[str, str] = TO_WRITE_STATUSES) -> "Github":
        """A client that may write statuses of the repository, or what else `permissions` of a GitHub App say.

        Raises:
            NotAuthorised: there is no credential.
            github.GithubException: GitHub did not give an installation token.
        """
        from github import Auth, Github

        if not self.access.configured:
            raise NotAuthorised(
                "There is no credential for GitHub.", hint="Give a token, or a GitHub App's id and key."
            )
        token = self._installation_token(repository, permissions) if self.access.as_app else self.access.token
        return Github(auth=Auth.Token(token), **self._options())

    def _installation_token(self, repository: str, permissions: Mapping[str, str]) -> str:
        from github import Auth, GithubIntegration

        key = (repository.lower(), frozenset(permissions))
        known = self._tokens.get(key)
        if known is not None and known[1] - _EARLY > datetime.now(UTC):
            return known[0]
        app = GithubIntegration(auth=Auth.AppAuth(self.access.app_id, self.access.app_key), **self._options())
        owner, _, name = repository.partition("/")
        installation = self.access.installation_id
        if installation is None:
            installation = app.get_repo_installation(owner, name).id
        # PyGithub's own method gives a token for every repository of the installation.
        _, granted = app.requester.requestJsonAndCheck(
            "POST",
            f"/app/installations/{installation}/access_tokens",
            input={"repositories": [name], "permissions": dict(permissions)},
        )
        token, expires_at = str(granted["token"]), datetime.fromisoformat(granted["expires_at"])
        self._on_secret(token)
        self._tokens[key] = (token, expires_at)
        return token

    def _options(self) -> dict[str, Any]:
        from urllib3.util.retry import Retry

        # Whatever would sleep inside a request is off: whoever tries us again waits on a durable timer. A connection
        # that did not come about is tried at once, since nothing was sent.
        retry = Retry(connect=_RETRIES, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False)
        return {
            "base_url": self.access.api_url,
            "timeout": _TIMEOUT_S,
            "retry": retry,
            "user_agent": "imagegate",
            "seconds_between_requests": None,
            "seconds_between_writes": None,
        }
