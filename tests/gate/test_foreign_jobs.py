"""Tokens of the right issuer for the right version, which another job got."""

import pytest

from gate_world import STAMP, GateWorld

_FILE = "acme/images/.github/workflows/image.yml"
_SHA = "b" * 40


@pytest.mark.stopped_by("repository")
@pytest.mark.parametrize("repository", ["evil/images", "acme/images-evil", "acme/image", "acme/images/x", "images"])
def test_another_repository_signs(gate: GateWorld, repository: str) -> None:
    """Another repository that calls the listed workflow cannot speak for this one's commit."""
    gate.sign(repository=repository)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("repository")
def test_a_repository_that_is_not_listed_builds_for_itself(gate: GateWorld) -> None:
    """A stranger who stamps and signs with his own repository gets nothing from the gate."""
    gate.stamp(repository="evil/images")
    gate.sign(repository="evil/images")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("repository", "workflow", both=True)
def test_a_fork_with_its_own_copy_of_the_workflow(gate: GateWorld) -> None:
    """A fork's copy of the workflow cannot sign for the repository it was forked from."""
    gate.sign(repository="evil/images", job_workflow_ref="evil/images/.github/workflows/image.yml@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("repository")
@pytest.mark.parametrize("repository_id", ["43", "", None, "042", " 42", ["42"], {"42": "42"}, True])
def test_a_name_taken_over_by_another_repository(gate: GateWorld, repository_id: object) -> None:
    """Where the settings know ids, a repository of the same name with another id, or without one, is a stranger."""
    gate.settings(repository_ids=frozenset({"42"}))
    gate.sign(repository_id=repository_id)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_the_repository_with_its_id(gate: GateWorld) -> None:
    """Where the settings know ids, the repository of that id counts."""
    gate.settings(repository_ids=frozenset({"42", "43"}))
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.parametrize(("stamped", "signed"), [("Acme/Images", "acme/images"), ("acme/images", "Acme/Images")])
def test_the_repository_in_other_capitals(gate: GateWorld, stamped: str, signed: str) -> None:
    """GitHub's names of repositories do not differ by capitals, so neither side's spelling matters."""
    gate.stamp(repository=stamped)
    gate.sign(repository=signed)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("workflow")
@pytest.mark.parametrize(
    "job_workflow_ref",
    [
        "acme/images/.github/workflows/evil.yml@refs/heads/main",
        "acme/images/.github/workflows/image.ymlx@refs/heads/main",
        "acme/images/.github/workflows/image.y@refs/heads/main",
        "acme/images/.github/workflows/../workflows/image.yml@refs/heads/main",
        "acme/images/.github/workflows/image.yml/../evil.yml@refs/heads/main",
        f"evil/{_FILE}@refs/heads/main",
        f"evil@{_FILE}@refs/heads/main",
        f"acme/images/.github/workflows/evil.yml@{_FILE}",
        "evil/images/.github/workflows/image.yml@refs/heads/main",
        "",
        "*",
        "@refs/heads/main",
    ],
)
def test_another_workflow_signs(gate: GateWorld, job_workflow_ref: str) -> None:
    """A job of a workflow that is not on the list cannot sign, however alike its name is."""
    gate.sign(job_workflow_ref=job_workflow_ref)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("workflow")
def test_a_listed_workflow_calls_one_that_is_not(gate: GateWorld) -> None:
    """What counts is the file whose job signed, not the listed workflow that called it."""
    gate.sign(
        job_workflow_ref="evil/tools/.github/workflows/build.yml@refs/heads/main",
        workflow_ref=f"{_FILE}@refs/heads/main",
    )

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("workflow_ref", ["acme/images/.github/workflows/release.yml@refs/heads/main", None, ["x"]])
def test_a_listed_workflow_is_called_by_another(gate: GateWorld, workflow_ref: object) -> None:
    """A listed reusable workflow signs whoever in the repository called it: the caller is only recorded."""
    gate.sign(workflow_ref=workflow_ref)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.parametrize("pinned", ["refs/tags/v1", _SHA])
def test_a_central_workflow_at_its_pin(gate: GateWorld, pinned: str) -> None:
    """A reusable workflow of another repository counts at the ref or commit that the settings name."""
    file = "acme/central/.github/workflows/build.yml"
    gate.settings(workflows=(f"{file}@{pinned}",))
    gate.sign(job_workflow_ref=f"{file}@refs/tags/v1", job_workflow_sha=_SHA)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("workflow")
@pytest.mark.parametrize(
    ("pin", "ref", "sha"),
    [
        ("refs/heads/main", "refs/heads/evil", STAMP.commit),
        ("refs/heads/main", "refs/heads/main-evil", STAMP.commit),
        ("refs/heads/main", "refs/heads/main/evil", STAMP.commit),
        ("refs/heads/main", "refs/tags/main", STAMP.commit),
        ("refs/heads/main", "main", STAMP.commit),
        ("refs/heads/main", "", STAMP.commit),
        (_SHA, "refs/heads/main", "c" * 40),
        (_SHA, "refs/heads/main", _SHA[:12]),
        (_SHA, "refs/heads/main", None),
        (_SHA, f"refs/heads/{_SHA}", "c" * 40),
    ],
)
def test_the_listed_workflow_at_another_pin(gate: GateWorld, pin: str, ref: str, sha: str | None) -> None:
    """Where the settings pin the workflow to a ref or commit, the same file of another one is not listed."""
    gate.settings(workflows=(f"{_FILE}@{pin}",))
    gate.sign(job_workflow_ref=f"{_FILE}@{ref}", job_workflow_sha=sha)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("workflow")
@pytest.mark.parametrize("workflows", [(), ("",), ("acme/images/.github/workflows/*",), ("acme/images/*",)])
def test_a_list_of_workflows_that_names_none(gate: GateWorld, workflows: tuple[str, ...]) -> None:
    """Only a single `*` stands for every workflow: an empty list or a pattern lists none."""
    gate.settings(workflows=workflows)
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


def test_every_workflow_listed_explicitly(gate: GateWorld) -> None:
    """With `*` in the settings any workflow of the repository counts."""
    gate.settings(workflows=("*",))
    gate.sign(job_workflow_ref="acme/images/.github/workflows/other.yml@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("repository")
@pytest.mark.parametrize("repositories", [frozenset(), frozenset({"*"}), frozenset({"acme"}), frozenset({"acme/*"})])
def test_a_list_of_repositories_that_names_none(gate: GateWorld, repositories: frozenset[str]) -> None:
    """The list of repositories knows no pattern: what it does not name may not sign."""
    gate.settings(repositories=repositories)
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("repository")
def test_every_workflow_listed_is_not_every_repository(gate: GateWorld) -> None:
    """With `*` for workflows another repository still cannot sign."""
    gate.settings(workflows=("*",))
    gate.sign(repository="evil/images", job_workflow_ref="evil/images/.github/workflows/x.yml@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("commit")
@pytest.mark.parametrize("sha", ["a" * 40, STAMP.commit[:12], f"{STAMP.commit}0", "", "main"])
def test_another_commit_signs(gate: GateWorld, sha: str) -> None:
    """A job of another commit cannot turn this commit's check green."""
    gate.sign(sha=sha)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize(("stamped", "signed"), [(str.upper, str.lower), (str.lower, str.upper)])
def test_the_commit_in_capitals(gate: GateWorld, stamped: type[str], signed: type[str]) -> None:
    """A commit is the same in capitals."""
    gate.stamp(commit=stamped(STAMP.commit))
    gate.sign(sha=signed(STAMP.commit))

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("commit")
def test_a_stamp_without_a_commit(gate: GateWorld) -> None:
    """A version that names no commit speaks for none, though the job may be a good one."""
    gate.stamp(commit="")
    gate.sign()

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("run")
@pytest.mark.parametrize("claims", [{"run_id": "4712"}, {"run_id": "47"}, {"run_attempt": "2"}, {"run_attempt": None}])
def test_another_run_of_the_same_workflow_signs(gate: GateWorld, claims: dict[str, str | None]) -> None:
    """A job of another run, or of another attempt of the run, cannot sign what this one built."""
    gate.sign(**claims)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.parametrize("file", ["Image.yml", "IMAGE.YML", "image.YML"])
def test_another_workflow_whose_name_differs_by_capitals(gate: GateWorld, file: str) -> None:
    """Paths in a repository differ by capitals: a file that is called like a listed one is another workflow."""
    gate.sign(job_workflow_ref=f"acme/images/.github/workflows/{file}@refs/heads/main")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)
