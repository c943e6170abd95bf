"""What the Function is told of the image's origin: whom it may speak to, and which ref may become `latest`.

The trial lets the ref that it runs on become `latest`, so that promotion is seen.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLACEHOLDER = "local/try"
_REPOSITORY = re.compile(r"[:/](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?$")
_REF = re.compile(r"refs/(heads|tags)/[^\s,]+")
_TIMEOUT_S = 10
_TOKEN = "no-secret"  # noqa: S105 - whoever shows the statuses asks for none


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Repository (`owner/name`) and ref; the ref is empty where there is none that could be promoted."""

    repository: str
    ref: str

    def setup_arguments(self, github_url: str) -> list[str]:
        """What `imagegate setup` is told to make the Function: where commits are told, a topic for verdicts."""
        refs = ["--promoted-ref", self.ref] if self.ref else []
        parameters = (
            f"githubApiUrl={github_url}",
            f"githubToken={_TOKEN}",
            "withVerdictTopic=true",
            "withBuildLogs=true",
        )
        given = [word for pair in parameters for word in ("--function-parameter", pair)]
        return ["--function", "--repository", self.repository, *refs, *given]


def origin_of(folder: Path, environment: Mapping[str, str]) -> Origin:
    """From the job's environment (GitHub's variables), else from the folder's git, else a placeholder."""
    found = _REPOSITORY.search(_git(folder, "remote", "get-url", "origin"))
    repository = environment.get("GITHUB_REPOSITORY") or (found["name"] if found else PLACEHOLDER)
    ref = environment.get("GITHUB_REF") or _git(folder, "symbolic-ref", "--quiet", "HEAD")
    return Origin(repository=repository, ref=ref if _REF.fullmatch(ref) else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
