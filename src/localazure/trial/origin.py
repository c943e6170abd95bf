"""Where the image of a trial comes from: what its job is told, what its tokens claim, whose proofs the Function takes.

The trial lets the ref that it runs on become `latest`, so that promotion is seen.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLACEHOLDER, PLACEHOLDER_REF = "local/try", "refs/heads/try"
_RUN_ID = "1"
_REPOSITORY = re.compile(r"[:/](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?$")
_REF = re.compile(r"refs/(heads|tags)/[^\s,]+")
_TIMEOUT_S = 10
_PROOF_WAIT = "30s"
"""How long the Function waits for a proof that never comes; on Azure it is a day."""
_TOKEN = "no-secret"  # noqa: S105 - whoever shows the statuses asks for none


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Repository (`owner/name`), commit and ref of the trial's job; a ref that could not be promoted is replaced."""

    repository: str
    commit: str
    ref: str

    @property
    def workflow(self) -> str:
        """The workflow that the trial's job stands for."""
        return f"{self.repository}/.github/workflows/try.yml"

    @property
    def job_environment(self) -> dict[str, str]:
        """What a job of GitHub has, as far as a build asks for it."""
        return {
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_SHA": self.commit,
            "GITHUB_REF": self.ref,
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_EVENT_PATH": "",
            "GITHUB_RUN_ID": _RUN_ID,
            "GITHUB_RUN_ATTEMPT": "1",
        }

    @property
    def claims(self) -> dict[str, str]:
        """What the job's tokens say."""
        return {
            "sub": f"repo:{self.repository}:ref:{self.ref}",
            "repository": self.repository,
            "repository_id": "1",
            "ref": self.ref,
            "sha": self.commit,
            "event_name": "push",
            "job_workflow_ref": f"{self.workflow}@{self.ref}",
            "workflow_ref": f"{self.workflow}@{self.ref}",
            "run_id": _RUN_ID,
            "run_number": "1",
            "run_attempt": "1",
        }

    def setup_arguments(self, *, issuer_url: str) -> list[str]:
        """What `imagegate setup` needs to make identities that take the tokens of the trial's job."""
        return ["--repository", self.repository, "--promoted-ref", self.ref, "--issuer", issuer_url]

    def function_arguments(self, *, github_url: str, unsigned: bool = False) -> list[str]:
        """What it needs beside that to make the Function: whose proofs count, where GitHub is, a verdict topic."""
        parameters = (
            f"githubApiUrl={github_url}",
            f"githubToken={_TOKEN}",
            "withVerdictTopic=true",
            *((f"pendingLimit={_PROOF_WAIT}",) if unsigned else ()),
        )
        given = [word for pair in parameters for word in ("--function-parameter", pair)]
        # What Azure's own build would install is here already: the local cloud runs with its own packages.
        return ["--function", "--remote-build", "--workflow", self.workflow, *given]


def origin_of(folder: Path, environment: Mapping[str, str]) -> Origin:
    """From the job's environment (GitHub's variables), else from the folder's git, else placeholders."""
    found = _REPOSITORY.search(_git(folder, "remote", "get-url", "origin"))
    repository = environment.get("GITHUB_REPOSITORY") or (found["name"] if found else PLACEHOLDER)
    commit = environment.get("GITHUB_SHA") or _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    ref = environment.get("GITHUB_REF") or _git(folder, "symbolic-ref", "--quiet", "HEAD")
    return Origin(
        repository=repository,
        commit=commit or hashlib.sha1(str(folder.resolve()).encode(), usedforsecurity=False).hexdigest(),
        ref=ref if _REF.fullmatch(ref) else PLACEHOLDER_REF,
    )


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
