"""What the claims of a token allow."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from imagegate.model import Stamp
from imagegate.model.origin_claims import OriginRules, merge_commit_of, why_hidden, why_silent
from imagegate.model.origin_statement import OriginStatement
from job_issuer import CLAIMS, COMMIT, REF, REPOSITORY, RULES, WORKFLOW

STATEMENT = OriginStatement(
    image_version_id="/subscriptions/s",
    published_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    stamp=Stamp(image="web", repository=REPOSITORY, commit=COMMIT, ref=REF, run="4711-1"),
    smoke="{}",
)


def _stamped(**changes: Any) -> OriginStatement:  # noqa: ANN401 - any field of a stamp
    return replace(STATEMENT, stamp=replace(STATEMENT.stamp, **changes))


def test_the_job_that_built_may_speak_and_promote() -> None:
    """The listed workflow's job on the default branch may do both; spelling of the repository does not count."""
    assert why_silent(CLAIMS, STATEMENT, RULES) is None
    assert why_hidden(CLAIMS, STATEMENT, RULES) is None
    assert why_silent(CLAIMS, _stamped(repository="Acme/Images"), RULES) is None


@pytest.mark.parametrize(
    ("claims", "stamp"),
    [
        ({"repository": "acme/other"}, {}),
        ({"repository": "contoso/fork"}, {"repository": "contoso/fork"}),
        ({"job_workflow_ref": f"{REPOSITORY}/.github/workflows/other.yml@{REF}"}, {}),
        ({"job_workflow_ref": "contoso/x/.github/workflows/image.yml@refs/heads/main"}, {}),
        ({"job_workflow_ref": f"{WORKFLOW}.evil@{REF}"}, {}),
        ({"job_workflow_ref": ""}, {}),
        ({"run_id": "4712"}, {}),
        ({"run_attempt": "2"}, {}),
        ({"sha": "f" * 40}, {}),
        ({}, {"commit": "f" * 40}),
        ({}, {"commit": ""}),
        ({}, {"run": ""}),
        ({"event_name": "pull_request_target"}, {}),
        ({"event_name": "workflow_run"}, {}),
        ({"event_name": "issue_comment"}, {}),
        ({"event_name": "repository_dispatch"}, {}),
        ({"event_name": None}, {}),
        ({"event_name": "pull_request", "ref": "refs/pull/8/merge"}, {"ref": "refs/pull/7/head"}),
        ({"event_name": "pull_request", "ref": "refs/pull/7/merge"}, {"ref": REF}),
        ({"event_name": "pull_request", "ref": REF}, {"ref": "refs/pull/7/head"}),
    ],
    ids=str,
)
def test_who_may_not_speak(claims: dict[str, Any], stamp: dict[str, Any]) -> None:
    """A token of another repository, workflow, run, attempt or commit says nothing; nor does a privileged event."""
    assert why_silent({**CLAIMS, **claims}, _stamped(**stamp), RULES)


def test_a_pull_request_speaks_and_does_not_promote() -> None:
    """A pull request of the repository may speak for its head, once GitHub knows it as a parent; never promote."""
    claims = {**CLAIMS, "event_name": "pull_request", "ref": "refs/pull/7/merge", "sha": "e" * 40}
    statement = _stamped(ref="refs/pull/7/head")

    assert why_silent(claims, statement, RULES) is None
    assert merge_commit_of(claims) == "e" * 40
    assert merge_commit_of(CLAIMS) is None
    assert "pull_request" in str(why_hidden(claims, statement, RULES))


@pytest.mark.parametrize(
    ("workflows", "speaks"),
    [
        (("*",), True),
        ((f"{WORKFLOW}@{REF}",), True),
        ((f"{WORKFLOW}@{COMMIT}",), True),
        ((f"{WORKFLOW}@refs/heads/other",), False),
        ((), False),
    ],
)
def test_the_list_of_workflows(workflows: tuple[str, ...], speaks: bool) -> None:
    """An entry may pin the ref or commit of the workflow file; * has to be written; an empty list lets none speak."""
    assert (why_silent(CLAIMS, STATEMENT, replace(RULES, workflows=workflows)) is None) is speaks


def test_ids_hold_against_a_name_that_was_given_away() -> None:
    """A repository made anew under an old name has another id."""
    assert why_silent(CLAIMS, STATEMENT, replace(RULES, repository_ids=frozenset({"42"}))) is None
    assert "has the id 42" in str(why_silent(CLAIMS, STATEMENT, replace(RULES, repository_ids=frozenset({"43"}))))


def test_a_step_without_settings_trusts_its_own_run() -> None:
    """Without settings only the run itself may speak; the reason says what to set."""
    rules = replace(RULES, workflows=("*",), run_ids=frozenset({"99"}))

    assert f"set workflow: {WORKFLOW}" in str(why_silent(CLAIMS, STATEMENT, rules))
    assert why_silent(CLAIMS, STATEMENT, replace(rules, run_ids=frozenset({"4711"}))) is None


@pytest.mark.parametrize(
    ("claims", "stamp", "rules", "hidden"),
    [
        ({"event_name": "merge_group"}, {}, {}, True),
        ({"event_name": "schedule"}, {}, {}, False),
        ({"event_name": "workflow_dispatch"}, {}, {}, False),
        ({"event_name": "release"}, {}, {}, False),
        ({}, {"dirty": True}, {}, True),
        ({"ref": "refs/heads/topic"}, {"ref": "refs/heads/topic"}, {}, True),
        ({"ref": "refs/heads/topic"}, {}, {}, True),
        ({}, {"ref": "refs/heads/topic"}, {}, True),
        (
            {"ref": "refs/heads/release/1"},
            {"ref": "refs/heads/release/1"},
            {"promoted_refs": ("refs/heads/release/*",)},
            False,
        ),
        (
            {"ref": "refs/heads/releases"},
            {"ref": "refs/heads/releases"},
            {"promoted_refs": ("refs/heads/release/*",)},
            True,
        ),
        ({"ref": "refs/tags/v1"}, {"ref": "refs/tags/v1"}, {"promoted_refs": ("refs/tags/*",)}, True),
        (
            {"ref": "refs/tags/v1", "ref_protected": "true"},
            {"ref": "refs/tags/v1"},
            {"promoted_refs": ("refs/tags/*",)},
            False,
        ),
        (
            {"ref": "refs/tags/v1", "environment": "p"},
            {"ref": "refs/tags/v1"},
            {"promoted_refs": ("refs/tags/*",)},
            False,
        ),
        ({}, {}, {"claims": {"environment": "production"}}, True),
        ({"environment": "production"}, {}, {"claims": {"environment": "production"}}, False),
        ({"ref_protected": True}, {}, {"claims": {"ref_protected": "true"}}, False),
        ({}, {}, {"promoted_refs": ()}, True),
        ({"ref": ""}, {"ref": ""}, {"promoted_refs": ("",)}, True),
    ],
    ids=str,
)
def test_who_may_become_latest(
    claims: dict[str, Any], stamp: dict[str, Any], rules: dict[str, Any], hidden: bool
) -> None:
    """Only listed events and refs promote, from a clean work tree, with every claim that the settings ask for."""
    found = why_hidden({**CLAIMS, **claims}, _stamped(**stamp), replace(RULES, **rules))

    assert bool(found) is hidden


def test_every_claim_counts() -> None:
    """A token without any claims may do nothing."""
    rules: OriginRules = RULES

    assert why_silent({}, STATEMENT, rules)
    assert why_hidden({}, STATEMENT, rules)
