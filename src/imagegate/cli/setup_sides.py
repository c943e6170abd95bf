"""What `imagegate setup` is asked about the sides, and what it prints for a workflow to log in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagegate.errors import InputError, InputFault

if TYPE_CHECKING:
    from imagegate.cli.setup_github import KnownRepositories
    from imagegate.flows.setup_sides import Sides
    from imagegate.gateway.principal import OwnPrincipal

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_REF = re.compile(r"refs/(heads|tags)/\S+")
_MOST_SUBJECTS = 20
"""Federated credentials of an identity. Source: Microsoft Entra documentation, "Important considerations"."""

_JOBS = {
    "ciClientId": "AZURE_CLIENT_ID: builds on the promoted refs",
    "ciVerifyClientId": "AZURE_VERIFY_CLIENT_ID: verifies",
    "ciPullRequestsClientId": "AZURE_PULL_REQUESTS_CLIENT_ID: builds pull requests",
}
"""What each identity is for, after the variable that examples/workflows read it from."""


@dataclass(frozen=True, kw_only=True)
class GivenSides:
    """The options as they were given."""

    repositories: Sequence[str]
    promoted_refs: Sequence[str]
    environment: str
    pull_requests: bool
    principal_id: str
    pull_requests_principal_id: str
    principal_type: str
    issuer: str = ""

    def faults(self) -> list[InputFault]:
        """What does not fit, all of it."""
        return [
            *misshapen("--repository", self.repositories, _REPOSITORY, "owner/name"),
            *misshapen("--promoted-ref", self.promoted_refs, _REF, "refs/heads/… or refs/tags/…"),
            *(InputFault(message=message, path=path) for path, message, is_so in self._conflicts() if is_so),
        ]

    def sides(self, known: "KnownRepositories") -> "Sides":
        """What is to be made; `known` are the repositories, whose default branches count without --promoted-ref.

        Raises:
            InputError: there are more subjects than an identity takes.
        """
        from imagegate.flows.setup_sides import Sides
        from imagegate.model.job_subject import main_subjects

        sides = Sides(
            repositories=known.names,
            refs=tuple(dict.fromkeys(self.promoted_refs)) or known.refs,
            environment=self.environment,
            issuer=self.issuer,
            pull_requests=self.pull_requests,
            pull_request_principal=self.principal(self.pull_requests_principal_id),
        )
        subjects = main_subjects(sides.repositories, sides.refs, sides.environment)
        if len(subjects) > _MOST_SUBJECTS and not self.principal_id:
            raise InputError.of(
                f"{len(subjects)} subjects of job tokens, and an identity takes {_MOST_SUBJECTS}",
                path="--repository",
                hint="Name fewer repositories or refs, or an --environment; a repository has two forms of subject.",
            )
        return sides

    def principal(self, object_id: str) -> "OwnPrincipal | None":
        """A principal of the given type."""
        from imagegate.gateway.principal import OwnPrincipal

        return OwnPrincipal(object_id=object_id, kind=self.principal_type) if object_id else None

    def _conflicts(self) -> list[tuple[str, str, bool]]:
        """Option, sentence, and whether it holds."""
        own, other, jobs = self.principal_id, self.pull_requests_principal_id, bool(self.repositories)
        needed = "needs --repository or --pull-requests-principal-id"
        return [
            ("--pull-requests", needed, self.pull_requests and not (other or jobs)),
            (
                "--pull-requests-principal-id",
                "is given without --pull-requests",
                bool(other) and not self.pull_requests,
            ),
            ("--pull-requests-principal-id", "each side needs a principal of its own", bool(other) and other == own),
            ("--promoted-ref", "needs --repository", bool(self.promoted_refs) and not jobs),
            ("--environment", "needs --repository", bool(self.environment) and not jobs),
            ("--environment", "is not for the principal of --principal-id", bool(self.environment and own)),
        ]


def login_lines(outputs: Mapping[str, object]) -> list[str]:
    """What to paste into a workflow; nothing where no identity was made."""
    found = [(name, outputs[name]) for name in _JOBS if name in outputs]
    if not found:
        return []
    return [
        "In the workflow:",
        "  permissions: {contents: read, id-token: write, statuses: write}",
        f"  tenant-id: {outputs['ciTenantId']}  # AZURE_TENANT_ID",
        *(f"  client-id: {client_id}  # {_JOBS[name]}" for name, client_id in found),
    ]


def misshapen(path: str, values: Sequence[str], shape: re.Pattern[str], form: str) -> list[InputFault]:
    """A fault for each value that does not have the shape."""
    return [
        InputFault(message=f'"{value}" does not have the form {form}', path=path)
        for value in values
        if not shape.fullmatch(value)
    ]
