"""What the claims of a verified job token allow: to speak for a commit, to become `latest`. Pure.

Source of the claims: GitHub documentation, "OpenID Connect reference".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagegate.model.origin_statement import OriginStatement

ISSUER_OF_GITHUB = "https://token.actions.githubusercontent.com"
ANY_WORKFLOW = "*"
_SPEAKING_EVENTS = {"push", "schedule", "workflow_dispatch", "release", "merge_group", "pull_request"}
_PROMOTING_EVENTS = {"push", "schedule", "workflow_dispatch", "release"}
"""Not `pull_request_target`, `workflow_run` or `issue_comment`: they run with the default branch's ref for anybody."""

_PULL = re.compile(r"refs/pull/(?P<number>\d+)/merge")


@dataclass(frozen=True, kw_only=True)
class OriginRules:
    """Whose proofs count, as the settings of the verifier have it.

    Args:
        issuer: the one issuer of job tokens, such as `https://token.actions.githubusercontent.com`.
        issuer_keys: the issuer's key set as JSON, where it cannot be reached; empty: it is asked.
        repositories: `owner/name`, lower case. `repository_ids`: their numeric ids, where configured.
        workflows: `owner/name/path`, optionally with `@ref` or `@sha`; `*` lets any workflow speak.
        promoted_refs: full refs; one that ends in `/*` stands for all below it. None: the repository's default branch.
        claims: further claims that a promotion asks for, by name.
        run_ids: where not empty, only these runs may speak (a `verify` step without settings: its own).
    """

    issuer: str
    repositories: frozenset[str]
    workflows: tuple[str, ...]
    promoted_refs: tuple[str, ...]
    repository_ids: frozenset[str] = frozenset()
    claims: Mapping[str, str] = field(default_factory=dict)
    run_ids: frozenset[str] = frozenset()
    issuer_keys: str = ""

    def promotes(self, ref: str) -> bool:
        """Whether what is built from the ref may become `latest`."""
        return bool(ref) and any(_names(entry, ref) for entry in self.promoted_refs)


def why_silent(claims: Mapping[str, Any], statement: OriginStatement, rules: OriginRules) -> str | None:
    """Why the token may not speak for the statement's commit; None where it may.

    For a pull request GitHub still has to say that the commit is a parent of `merge_commit_of(claims)`.
    """
    return (
        _wrong_repository(claims, statement, rules)
        or _wrong_workflow(claims, rules)
        or _wrong_run(claims, statement, rules)
        or _foreign_event(claims)
        or _wrong_commit(claims, statement)
    )


def why_hidden(claims: Mapping[str, Any], statement: OriginStatement, rules: OriginRules) -> str | None:
    """Why the version may not become `latest` although its token may speak; None where the claims allow it."""
    return (
        _wrong_event(claims)
        or _dirty(statement)
        or _wrong_ref(claims, statement, rules)
        or _unprotected_tag(claims)
        or _wrong_claim(claims, rules)
    )


def merge_commit_of(claims: Mapping[str, Any]) -> str | None:
    """The merge commit whose parent the pull request's head has to be; None for other events."""
    return _text(claims, "sha") if _text(claims, "event_name") == "pull_request" else None


def _wrong_repository(claims: Mapping[str, Any], statement: OriginStatement, rules: OriginRules) -> str | None:
    signed = _text(claims, "repository")
    if signed.lower() != statement.stamp.repository.lower():
        return f'it claims to come from "{statement.stamp.repository}", and "{signed}" signed'
    if signed.lower() not in rules.repositories:
        return f"{signed} is not among the repositories of the settings"
    if rules.repository_ids and _text(claims, "repository_id") not in rules.repository_ids:
        return f"{signed} has the id {_text(claims, 'repository_id')}, which is not in the settings"
    return None


def _wrong_workflow(claims: Mapping[str, Any], rules: OriginRules) -> str | None:
    signed = _text(claims, "job_workflow_ref")
    path, _, ref = signed.partition("@")
    for entry in rules.workflows:
        wanted, _, at = entry.partition("@")
        if entry == ANY_WORKFLOW or (_same_file(wanted, path) and at in {"", ref, _text(claims, "job_workflow_sha")}):
            return None
    return f"signed by {signed or 'no workflow'}, and the settings list {', '.join(rules.workflows) or 'none'}"


def _same_file(one: str, other: str) -> bool:
    """Whether two `owner/name/path` name one file: capitals tell paths apart, and no repositories."""
    (owner, name, path), (other_owner, other_name, other_path) = (
        (*text.split("/", 2), "", "")[:3] for text in (one, other)
    )
    return (owner.lower(), name.lower(), path) == (other_owner.lower(), other_name.lower(), other_path)


def _wrong_run(claims: Mapping[str, Any], statement: OriginStatement, rules: OriginRules) -> str | None:
    run_id = _text(claims, "run_id")
    if f"{run_id}-{_text(claims, 'run_attempt')}" != statement.stamp.run:
        return f"it claims to come from run {statement.stamp.run or '(none)'}, and run {run_id} signed"
    if rules.run_ids and run_id not in rules.run_ids:
        path = _text(claims, "job_workflow_ref").partition("@")[0]
        return f"signed by run {run_id} of {path}, this is run {', '.join(sorted(rules.run_ids))}: set workflow: {path}"
    return None


def _foreign_event(claims: Mapping[str, Any]) -> str | None:
    event = _text(claims, "event_name")
    if event in _SPEAKING_EVENTS:
        return None
    return f"the event {event or '(none)'} may run code of others with this repository's rights"


def _wrong_commit(claims: Mapping[str, Any], statement: OriginStatement) -> str | None:
    sha, commit = _text(claims, "sha"), statement.stamp.commit
    if _text(claims, "event_name") == "pull_request":
        pull = _PULL.fullmatch(_text(claims, "ref"))
        if pull is None or statement.stamp.ref != f"refs/pull/{pull['number']}/head":
            return f'it claims to come from "{statement.stamp.ref}", and "{_text(claims, "ref")}" signed'
        return None
    if not commit or sha.lower() != commit.lower():
        return f"it claims to come from commit {commit[:12] or '(none)'}, and {sha[:12]} signed"
    return None


def _wrong_event(claims: Mapping[str, Any]) -> str | None:
    event = _text(claims, "event_name")
    return None if event in _PROMOTING_EVENTS else f"it was built by the event {event or '(none)'}"


def _dirty(statement: OriginStatement) -> str | None:
    return "its work tree had changes that are in no commit" if statement.stamp.dirty else None


def _wrong_ref(claims: Mapping[str, Any], statement: OriginStatement, rules: OriginRules) -> str | None:
    ref = _text(claims, "ref")
    if ref == statement.stamp.ref and rules.promotes(ref):
        return None
    allowed = ", ".join(rules.promoted_refs) or "nothing"
    return f'it was built from "{ref}", and only what is built from {allowed} may become latest'


def _unprotected_tag(claims: Mapping[str, Any]) -> str | None:
    ref = _text(claims, "ref")
    if not ref.startswith("refs/tags/") or _text(claims, "ref_protected") == "true" or _text(claims, "environment"):
        return None
    return f'"{ref}" is a tag that is not protected, and the job names no environment'


def _wrong_claim(claims: Mapping[str, Any], rules: OriginRules) -> str | None:
    for name, wanted in rules.claims.items():
        if _text(claims, name) != wanted:
            return f'its job has {name} "{_text(claims, name)}"; expected "{wanted}"'
    return None


def _names(entry: str, ref: str) -> bool:
    return entry == ref or (entry.endswith("/*") and ref.startswith(entry[:-1]))


def _text(claims: Mapping[str, Any], name: str) -> str:
    """A claim as text; one that is absent, or no scalar, is empty. A boolean is written as JSON writes it."""
    value = claims.get(name)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else ""
