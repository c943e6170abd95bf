"""What is printed for a workflow to log in."""

from imagegate.cli.setup_sides import login_lines


def test_lines_to_paste() -> None:
    """The permissions, the tenant, and a client id for each thing that jobs do."""
    lines = login_lines({"galleryId": "/g", "ciTenantId": "t-1", "ciClientId": "c-1", "ciPullRequestsClientId": "c-2"})

    assert lines == [
        "In the workflow:",
        "  permissions: {contents: read, id-token: write, statuses: write}",
        "  tenant-id: t-1",
        "  client-id: c-1  # builds on the promoted refs",
        "  client-id: c-2  # builds pull requests",
    ]


def test_nothing_without_identities() -> None:
    """A principal of one's own needs no lines."""
    assert login_lines({"galleryId": "/g"}) == []
