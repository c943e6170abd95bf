"""The identities that get roles from `imagegate setup`, and how each connects."""

from __future__ import annotations

from typing import Any

from azure.core.credentials import AccessToken, TokenCredential

from function_world import WORKFLOW, trusting_transport
from imagegate.gateway.cloud import Cloud
from job_services import JobServices
from localazure.assembly import LocalCloud
from sides_world import MAIN, PULL_REQUEST, REPOSITORY, Installation

BUILD, PULL_REQUESTS, VERIFY, FUNCTION, OWNER = "build", "pull request", "verify", "Function", "owner"
SITE_TYPE = "Microsoft.Web/sites"
_COMMIT = "c" * 40
_JOB = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_RUN_ID": "4711", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SHA": _COMMIT}
_ON_MAIN = _JOB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
_ON_PULL_REQUEST = _JOB | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/5/merge"}
_LOGINS = {
    BUILD: ("ciClientId", MAIN, _ON_MAIN),
    VERIFY: ("ciVerifyClientId", MAIN, _ON_MAIN),
    PULL_REQUESTS: ("ciPullRequestsClientId", PULL_REQUEST, _ON_PULL_REQUEST),
}
CLAIMS = {
    "sub": MAIN,
    "repository": REPOSITORY,
    "ref": "refs/heads/main",
    "sha": _COMMIT,
    "event_name": "push",
    "job_workflow_ref": f"{WORKFLOW}@refs/heads/main",
    "run_id": "4711",
    "run_number": "7",
    "run_attempt": "1",
}
"""Of the tokens that main's build job signs with."""


class Identities:
    """Logs in once as each; every connection is fresh, as each command has one of its own."""

    def __init__(self, installation: Installation, services: JobServices) -> None:
        self._installation = installation
        self._services = services
        self._credentials: dict[str, TokenCredential] = {}

    def environment(self, who: str) -> dict[str, str]:
        """Of the job of `BUILD`, `VERIFY` or `PULL_REQUESTS`."""
        output, subject, event = _LOGINS[who]
        return self._installation.job(output, subject) | event | self._services.environment()

    def connect(self, who: str) -> Cloud:
        """The product's connection."""
        owner = self._installation.connect()
        if who not in self._credentials:
            self._credentials[who] = self._credential(who, owner)
        return Cloud(
            endpoints=owner.endpoints,
            subscription_id=owner.subscription_id,
            credential=self._credentials[who],
            transport=trusting_transport(self._installation.cloud),
        )

    def _credential(self, who: str, owner: Cloud) -> TokenCredential:
        if who == OWNER:
            return owner.credential
        if who == FUNCTION:
            return _ManagedIdentity(self._installation.cloud)
        return self._installation.connect(self.environment(who)).credential


class _ManagedIdentity:
    """What the platform hands to the Function."""

    def __init__(self, local: LocalCloud) -> None:
        self._local = local

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - the SDK's protocol
        """A token of the site's identity."""
        (site,) = self._local.cloud.store.of_type(SITE_TYPE)
        (identity,) = site.body["identity"]["userAssignedIdentities"].values()
        principal = self._local.cloud.directory.find(identity["clientId"])
        assert principal is not None
        return AccessToken(self._local._tokens.mint(principal, scopes[0].removesuffix("/.default")), 2**31)
