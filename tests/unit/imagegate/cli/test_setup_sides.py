"""What is asked about the sides, and what is printed for a workflow to log in."""

import pytest

from imagegate.cli.setup_github import KnownRepositories
from imagegate.cli.setup_sides import GivenSides, login_lines
from imagegate.errors import InputError


def test_lines_to_paste() -> None:
    """The permissions, the tenant, and a client id for each thing that jobs do, with the variables of the examples."""
    lines = login_lines({"galleryId": "/g", "ciTenantId": "t-1", "ciClientId": "c-1", "ciPullRequestsClientId": "c-2"})

    assert lines == [
        "In the workflow:",
        "  permissions: {contents: read, id-token: write, statuses: write}",
        "  tenant-id: t-1  # AZURE_TENANT_ID",
        "  client-id: c-1  # AZURE_CLIENT_ID: builds on the promoted refs",
        "  client-id: c-2  # AZURE_PULL_REQUESTS_CLIENT_ID: builds pull requests",
    ]


def test_nothing_without_identities() -> None:
    """A principal of one's own needs no lines."""
    assert login_lines({"galleryId": "/g"}) == []


def test_jobs_have_the_issuer_of_the_function() -> None:
    """The issuer is that of the login; refs and repositories are named once."""
    given = GivenSides(
        repositories=["a/b", "a/b"],
        promoted_refs=[],
        environment="",
        pull_requests=True,
        principal_id="",
        pull_requests_principal_id="p",
        principal_type="Group",
        issuer="https://github.example/token",
    )

    sides = given.sides(KnownRepositories(names=("a/b",)))

    assert given.faults() == []
    assert (sides.issuer, sides.repositories) == ("https://github.example/token", ("a/b",))
    assert sides.refs == ("refs/heads/main",)
    assert sides.pull_request_principal is not None
    assert (sides.pull_request_principal.object_id, sides.pull_request_principal.kind) == ("p", "Group")


def test_more_subjects_than_an_identity_takes() -> None:
    """The limit of federated credentials is a fault of the input, before anything is made."""
    given = GivenSides(
        repositories=["a/b"],
        promoted_refs=[f"refs/heads/r{number}" for number in range(21)],
        environment="",
        pull_requests=False,
        principal_id="",
        pull_requests_principal_id="",
        principal_type="ServicePrincipal",
    )

    with pytest.raises(InputError, match="21 subjects of job tokens, and an identity takes 20"):
        given.sides(KnownRepositories(names=("a/b",)))
