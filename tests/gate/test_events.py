"""What started the job: pull requests, and events that run code of others."""

import pytest

from gate_world import STAMP, GateWorld

_MERGE = "f" * 40
_BASE = "b" * 40
_FILE = "acme/images/.github/workflows/image.yml"


def _pull_request(gate: GateWorld, *, head: str = "refs/pull/7/head", **claims: object) -> None:
    """A job of pull request 7 builds the merge commit, is stamped with the head, and signs."""
    gate.stamp(ref=head)
    ref = "refs/pull/7/merge"
    job = {"event_name": "pull_request", "ref": ref, "sha": _MERGE, "job_workflow_ref": f"{_FILE}@{ref}"}
    gate.sign(**{**job, **claims})


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch", "release"])
def test_events_that_promote(gate: GateWorld, event: str) -> None:
    """What these events build from a promoted ref becomes latest."""
    gate.sign(event_name=event)

    found = gate.decide()

    assert (found.green, found.latest) == (True, True)


@pytest.mark.stopped_by("event")
@pytest.mark.parametrize(
    "event",
    [
        "pull_request_target",
        "issue_comment",
        "workflow_run",
        "repository_dispatch",
        "pull_request_review",
        "discussion",
        "Push",
        "push ",
        "",
        "*",
    ],
)
def test_events_that_may_run_code_of_others(gate: GateWorld, event: str) -> None:
    """A job of an event that is on no list neither turns a check green nor promotes, though its ref is promoted."""
    gate.sign(event_name=event)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("event that promotes")
def test_the_merge_queue_does_not_promote(gate: GateWorld) -> None:
    """What the merge queue builds turns green and stays hidden, even where its ref is on the list."""
    queue = "refs/heads/gh-readonly-queue/main/pr-7-abc"
    gate.settings(promoted_refs=("refs/heads/*",))
    gate.stamp(ref=queue)
    gate.sign(event_name="merge_group", ref=queue)

    found = gate.decide()

    assert (found.green, found.latest) == (True, False)


@pytest.mark.stopped_by("event that promotes", "promoted ref", both=True)
def test_a_pull_request_does_not_promote(gate: GateWorld) -> None:
    """A pull request's version turns its check green and stays hidden, whatever refs are on the list."""
    gate.settings(promoted_refs=("refs/heads/*", "refs/pull/*"))
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate)

    found = gate.decide()

    assert (found.green, found.latest) == (True, False)


@pytest.mark.stopped_by("merge commit's parent")
@pytest.mark.parametrize("parents", [(), (_BASE,), (_BASE, "c" * 40), (_BASE, STAMP.commit[:12]), ("", "")])
def test_a_merge_commit_of_another_head(gate: GateWorld, parents: tuple[str, ...]) -> None:
    """A pull request's job speaks for a commit only where GitHub says that it built a merge of that commit."""
    gate.parents(_MERGE, *parents)
    _pull_request(gate)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("merge commit's parent")
def test_a_merge_commit_that_is_the_commit_itself(gate: GateWorld) -> None:
    """A pull request's job whose commit is the stamp's own built no merge of it."""
    gate.parents(STAMP.commit, _BASE)
    _pull_request(gate, sha=STAMP.commit)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("commit")
@pytest.mark.parametrize(
    "head",
    [
        "refs/pull/8/head",
        "refs/pull/77/head",
        "refs/pull/07/head",
        "refs/pull/7/merge",
        "refs/pull/7/head/x",
        "refs/pull/7",
        "refs/heads/main",
        "refs/heads/refs/pull/7/head",
        "",
    ],
)
def test_another_pull_request_signs(gate: GateWorld, head: str) -> None:
    """A job of pull request 7 speaks for the head of pull request 7 only."""
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate, head=head)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("commit")
@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch", "release", "merge_group"])
def test_only_pull_requests_sign_for_a_parent(gate: GateWorld, event: str) -> None:
    """A job of another event speaks for the commit that it ran at, never for a parent of it."""
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate, event_name=event)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("commit")
@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/pull/7/head", "refs/pull/x/merge", "refs/pull//merge", ""])
def test_a_pull_requests_job_on_another_ref(gate: GateWorld, ref: str) -> None:
    """A job that says pull_request and names no merge ref of this pull request speaks for no commit."""
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate, ref=ref)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("workflow")
def test_a_pull_request_with_a_workflow_of_its_own(gate: GateWorld) -> None:
    """A pull request that adds a workflow cannot let it sign."""
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate, job_workflow_ref="acme/images/.github/workflows/mine.yml@refs/pull/7/merge")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("workflow")
def test_a_pull_request_that_changes_the_pinned_workflow(gate: GateWorld) -> None:
    """Where the settings pin the workflow to main, the pull request's own copy of it is not listed."""
    gate.settings(workflows=(f"{_FILE}@refs/heads/main",))
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate)

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("repository")
def test_a_pull_request_from_a_fork_signs_as_the_fork(gate: GateWorld) -> None:
    """A job that runs in a fork cannot sign for a pull request to the repository."""
    gate.parents(_MERGE, _BASE, STAMP.commit)
    _pull_request(gate, repository="evil/images")

    found = gate.decide()

    assert (found.green, found.latest) == (False, False)
