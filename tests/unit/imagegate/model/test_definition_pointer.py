"""Which of two promotions is the newer one."""

import pytest

from imagegate.model.definition_pointer import DefinitionPointer

CLAIMS = {"job_workflow_ref": "a/b/.github/workflows/w.yml@refs/heads/main", "run_number": "7"}


@pytest.mark.parametrize(
    ("workflow", "run_number", "older"),
    [
        ("w.yml", "6", True),
        ("w.yml", "7", False),
        ("w.yml", "8", False),
        ("other.yml", "6", False),
        ("w.yml", "x", True),
    ],
)
def test_runs_of_one_workflow_are_ordered(workflow: str, run_number: str, older: bool) -> None:
    """A run with a lower number never follows a higher one of the same workflow; other workflows have no order."""
    latest = DefinitionPointer.of_claims("/v/2.0.0", CLAIMS)
    claims = {"job_workflow_ref": f"a/b/.github/workflows/{workflow}@x", "run_number": run_number}

    assert bool(DefinitionPointer.of_claims("/v/1.0.0", claims).why_older(latest)) is older


def test_the_same_version_is_never_older() -> None:
    """A promotion that is tried again meets its own pointer; the first one meets none."""
    mine = DefinitionPointer.of_claims("/V/1.0.0", CLAIMS)

    assert mine.why_older(DefinitionPointer.of_claims("/v/1.0.0", {**CLAIMS, "run_number": "9"})) is None
    assert mine.why_older(DefinitionPointer()) is None
    assert DefinitionPointer.from_json(mine.to_json()) == mine


def test_a_person_moves_it_and_keeps_the_order() -> None:
    """The pointer names what a person promoted; the run's number never goes back, so that older runs stay older."""
    last = DefinitionPointer.of_claims("/v/2.0.0", CLAIMS)

    unproved = last.moved_by_person("/V/9.0.0", {})
    older = last.moved_by_person("/V/1.0.0", {**CLAIMS, "run_number": "3"})
    other = last.moved_by_person("/V/3.0.0", {"job_workflow_ref": "a/b/c.yml@x", "run_number": "1"})

    assert (unproved.image_version_id, unproved.workflow, unproved.run_number) == ("/v/9.0.0", last.workflow, 7)
    assert (older.image_version_id, older.run_number) == ("/v/1.0.0", 7)
    assert (other.workflow, other.run_number) == ("a/b/c.yml", 1)
    assert DefinitionPointer().moved_by_person("/v/1.0.0", {}) == DefinitionPointer(image_version_id="/v/1.0.0")
