"""What a job decides about `latest` after it verified a version: whose proofs count in it, and from which refs."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from imagegate.cli.command import Shell
from imagegate.errors import InputError, NotAuthorised, ServiceError
from imagegate.model import ResourceId
from imagegate.settings.words import words

if TYPE_CHECKING:
    from imagegate.gateway.cloud import Cloud
    from imagegate.gateway.github import GitHubStatuses
    from imagegate.model.origin_claims import OriginRules
    from imagegate.model.verification import Verification


def decided(
    cloud: "Cloud", shell: Shell, verification: "Verification", *, no_promote: bool
) -> tuple["Verification", str]:
    """The verification with what was decided about `latest`; why the version may not speak for its commit, or ""."""
    if no_promote:
        verification = replace(verification, may_promote=False, promotion="Not promoted: --no-promote was given.")
    resource_group = ResourceId.parse(verification.image_version_id).resource_group
    from imagegate.flows.decide_here import decide_here
    from imagegate.flows.verify_for_commit import with_decision
    from imagegate.steps.check_proof import Verifier
    from imagegate.steps.find_container import container_url

    github = _github(shell)
    try:
        verifier = Verifier(
            rules=origin_rules(os.environ),
            origin_containers=(container_url(cloud, resource_group, "origin"),),
            records_container=container_url(cloud, resource_group, "records"),
            parents_of=github.parents_of if github else None,
            default_branch_of=github.default_branch_of if github else None,
        )
    except (InputError, ServiceError, NotAuthorised) as error:
        reason = error.message.splitlines()[0].rstrip(".")
        undecided = with_decision(verification.to_json(), {"promoted": False, "reason": reason})
        return type(verification).from_json(undecided), reason
    verification, decision = decide_here(
        cloud, verifier, verification, progress=shell.story().progress, clock=shell.clock
    )
    return verification, "" if decision["speaks"] else str(decision["reason"])


def origin_rules(environment: Mapping[str, str]) -> "OriginRules":
    """Whose proofs count in this job: those of its own run, or of the workflows that IMAGEGATE_WORKFLOWS lists.

    Raises:
        InputError: there is no job of GitHub.
    """
    from imagegate.model.origin_claims import ANY_WORKFLOW, ISSUER_OF_GITHUB, OriginRules

    repository, run_id = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_RUN_ID", "")
    if not repository or not run_id:
        raise InputError.of("this is no job of GitHub, so no proof of origin can be checked")
    workflows = words(environment.get("IMAGEGATE_WORKFLOWS"))
    repository_id = environment.get("GITHUB_REPOSITORY_ID", "")
    return OriginRules(
        issuer=environment.get("IMAGEGATE_ISSUER") or ISSUER_OF_GITHUB,
        issuer_keys=environment.get("IMAGEGATE_ISSUER_KEYS", ""),
        repositories=frozenset({repository.lower()}),
        repository_ids=frozenset({repository_id} if repository_id else ()),
        workflows=workflows or (ANY_WORKFLOW,),
        promoted_refs=promoted_refs(environment),
        run_ids=frozenset() if workflows else frozenset({run_id}),
    )


def _github(shell: Shell) -> "GitHubStatuses | None":
    """GitHub, where the job has a token."""
    from imagegate.gateway.github import GitHubStatuses
    from imagegate.gateway.github_access import GitHubAccess

    access = GitHubAccess.from_environment(os.environ)
    if not access.configured:
        return None
    return GitHubStatuses(access, on_secret=shell.surroundings.on_secret)


def promoted_refs(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The refs whose builds may become `latest`: as set, else the default branch that the job's event names.

    None where the event names none: then GitHub is asked.
    """
    if given := words(environment.get("IMAGEGATE_PROMOTED_REFS")):
        return given
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        branch = event["repository"]["default_branch"]
    except (KeyError, TypeError, OSError, ValueError, RecursionError):
        return ()
    return (f"refs/heads/{branch}",) if isinstance(branch, str) and branch else ()
