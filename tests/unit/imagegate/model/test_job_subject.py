"""Which jobs an identity takes tokens of."""

from imagegate.model.job_subject import main_subjects, pull_request_subjects


def test_a_subject_for_each_repository_and_ref() -> None:
    """Every ref of every repository has its subject; a pattern of refs has none."""
    assert main_subjects(["a/b", "c/d"], ["refs/heads/main", "refs/heads/release/*"]) == (
        "repo:a/b:ref:refs/heads/main",
        "repo:c/d:ref:refs/heads/main",
    )


def test_an_environment_stands_for_all_refs() -> None:
    """With an environment the ref does not occur in the subject."""
    assert main_subjects(["a/b"], ["refs/heads/main"], "production") == ("repo:a/b:environment:production",)


def test_all_pull_requests_of_a_repository_share_a_subject() -> None:
    """It is never one of the main side's."""
    assert pull_request_subjects(["a/b"]) == ("repo:a/b:pull_request",)
