"""What a job decides about `latest`: whose proofs count, and the refs that may become it."""

from pathlib import Path

import pytest

from imagegate.cli.verify_decision import origin_rules, promoted_refs
from imagegate.errors import InputError


def test_refs_as_set() -> None:
    """The setting names the refs; an empty one is none."""
    assert promoted_refs({"IMAGEGATE_PROMOTED_REFS": "refs/heads/a, refs/tags/b"}) == ("refs/heads/a", "refs/tags/b")
    assert promoted_refs({"IMAGEGATE_PROMOTED_REFS": ""}) == ()


def test_refs_by_the_job(tmp_path: Path) -> None:
    """In a job the default branch that its event names is the only one; without one none is guessed."""
    event = tmp_path / "event.json"
    event.write_text('{"repository": {"default_branch": "trunk"}}')

    assert promoted_refs({"GITHUB_EVENT_PATH": str(event)}) == ("refs/heads/trunk",)
    assert promoted_refs({"GITHUB_EVENT_PATH": str(event), "IMAGEGATE_PROMOTED_REFS": ""}) == ("refs/heads/trunk",)
    assert promoted_refs({}) == ()
    for broken in ("[]", '{"repository": {"default_branch": null}}', "{"):
        event.write_text(broken)
        assert promoted_refs({"GITHUB_EVENT_PATH": str(event)}) == ()


def test_own_run_counts() -> None:
    """Without a list of workflows only proofs of the same run of the same repository count."""
    job = {"GITHUB_REPOSITORY": "Octo/Images", "GITHUB_REPOSITORY_ID": "7", "GITHUB_RUN_ID": "42"}

    rules = origin_rules(job)

    assert (rules.repositories, rules.repository_ids) == (frozenset({"octo/images"}), frozenset({"7"}))
    assert rules.run_ids == frozenset({"42"})


def test_listed_workflows_count() -> None:
    """With a list of workflows proofs of other runs count, but of these workflows alone."""
    workflow = "octo/images/.github/workflows/image.yml"
    job = {"GITHUB_REPOSITORY": "octo/images", "GITHUB_RUN_ID": "42", "IMAGEGATE_WORKFLOWS": workflow}

    rules = origin_rules(job)

    assert (rules.workflows, rules.run_ids) == ((workflow,), frozenset())


@pytest.mark.parametrize("missing", ["GITHUB_REPOSITORY", "GITHUB_RUN_ID"])
def test_no_job_no_proof(missing: str) -> None:
    """Outside of a job no proof counts."""
    job = {"GITHUB_REPOSITORY": "octo/images", "GITHUB_RUN_ID": "42"}
    del job[missing]

    with pytest.raises(InputError, match="no job of GitHub"):
        origin_rules(job)
