"""Ask whether a verified version may speak for its commit, and whether it may become `latest`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import read_version
from imagegate.gateway.job_tokens import KEY_ID, JobTokens
from imagegate.model import ResourceId, parse_time
from imagegate.model.origin_claims import OriginRules, merge_commit_of, why_hidden
from imagegate.model.origin_statement import OriginStatement
from imagegate.steps.check_origin import check_origin

_KEPT_CLAIMS = (
    "repository",
    "repository_id",
    "ref",
    "sha",
    "event_name",
    "workflow_ref",
    "job_workflow_ref",
    "run_id",
    "run_number",
    "run_attempt",
    "actor",
    "environment",
    "runner_environment",
    KEY_ID,
)

_NO_BRANCH = (
    "the repository's default branch is not known, since there is no credential for GitHub; list the refs that may "
    "become latest in IMAGEGATE_PROMOTED_REFS"
)
MADE_AGAIN = "the version was made again since it was verified"
Parents = Callable[[str, str], Sequence[str]]
DefaultBranch = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Verifier:
    """Who checks: its rules, where proofs and records lie, and what GitHub says.

    `parents_of` takes a repository and a commit, `default_branch_of` a repository; None where there is no credential.
    """

    rules: OriginRules
    origin_containers: tuple[str, ...]
    records_container: str
    parents_of: Parents | None = None
    default_branch_of: DefaultBranch | None = None

    @property
    def tokens(self) -> JobTokens:
        """Checks signatures of the one issuer."""
        return _tokens(self.rules.issuer, self.rules.issuer_keys)


@cache
def _tokens(issuer: str, key_set: str) -> JobTokens:
    """Made once a process: it keeps the issuer's keys for some minutes."""
    return JobTokens(issuer, key_set=key_set)


def check_proof(cloud: Cloud, verifier: Verifier, job: Mapping[str, Any]) -> dict[str, Any]:
    """Ask once whether a listed workflow built the version.

    `job`: `image_version_id`, and `published_at` (RFC 3339) of the version that was verified.

    The answer's `state`: `speaks` (with `claims`, and `hidden`, why it may not become `latest`, or ""), `silent` (no
    good proof yet, with `reason`), `later` (could not be asked, with `reason`) or `gone`.
    """
    version = read_version(cloud, ResourceId.parse(job["image_version_id"]))
    if version is None:
        return {"state": "gone", "reason": "the version is gone"}
    statement = OriginStatement.of_version(version)
    if statement is None:
        return {"state": "later", "reason": "the version has no publishing date yet"}
    if job["published_at"] and made_again(statement, job):  # one that was never usable has no date
        return {"state": "gone", "reason": MADE_AGAIN}
    found = check_origin(
        cloud, statement, verifier.rules, containers=verifier.origin_containers, tokens=verifier.tokens
    )
    if not found.proved:
        return {"state": "silent" if found.certain else "later", "reason": found.reason}
    stranger = _not_a_parent(verifier, statement, found.claims)
    if stranger is not None:
        return stranger
    kept = {name: str(found.claims[name]) for name in _KEPT_CLAIMS if found.claims.get(name) is not None}
    return {"state": "speaks", "reason": "", "claims": kept, "hidden": _why_hidden(verifier, statement, found.claims)}


def made_again(statement: OriginStatement, job: Mapping[str, Any]) -> bool:
    """Whether another version stands under the id of the one that was verified."""
    return not statement.is_of(parse_time(job["published_at"]))


def _why_hidden(verifier: Verifier, statement: OriginStatement, claims: Mapping[str, Any]) -> str:
    """Why it may not become `latest`, or "". Without listed refs the repository's default branch is the one that may.

    GitHub is asked only where the ref decides.

    Raises:
        ImageGateError: GitHub does not answer; not yet, never a guess.
    """
    rules = verifier.rules
    if rules.promoted_refs:
        return why_hidden(claims, statement, rules) or ""
    from_any_ref = replace(rules, promoted_refs=(str(claims.get("ref") or ""),))
    if hidden := why_hidden(claims, statement, from_any_ref):
        return hidden
    if verifier.default_branch_of is None:
        return _NO_BRANCH
    branch = verifier.default_branch_of(statement.stamp.repository)
    return why_hidden(claims, statement, replace(rules, promoted_refs=(f"refs/heads/{branch}",))) or ""


def _not_a_parent(verifier: Verifier, statement: OriginStatement, claims: Mapping[str, Any]) -> dict[str, Any] | None:
    """For a pull request: why its head is not known to be a parent of what was built; None where nothing is to ask."""
    merge = merge_commit_of(claims)
    if merge is None:
        return None
    if verifier.parents_of is None:
        return {"state": "later", "reason": "GitHub cannot be asked for the parents of the merge commit"}
    if statement.stamp.commit.lower() in {
        one.lower() for one in verifier.parents_of(statement.stamp.repository, merge)
    }:
        return None
    return {"state": "silent", "reason": f"{statement.stamp.commit[:12]} is no parent of {merge[:12]}, which was built"}
