"""The key of one build job, which its template and versions carry."""

import hashlib
import secrets
from collections.abc import Mapping

from imagegate.model.canonical_json import canonical_json

_PART_LENGTH = 16
_JOB = ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "RUNNER_NAME")
"""What names a job. The legs of a matrix share all but the runner, and the steps of one job share all."""


def new_job_key(environment: Mapping[str, str]) -> str:
    """Two halves of 16 characters: the job's own, which its post step can find again, and a random one."""
    random = secrets.token_hex(_PART_LENGTH // 2)
    return f"{job_part(environment) or secrets.token_hex(_PART_LENGTH // 2)}{random}"


def job_part(environment: Mapping[str, str]) -> str:
    """The half of its keys that a GitHub job can derive at any time; empty outside of one."""
    if not environment.get("GITHUB_RUN_ID"):
        return ""
    parts = [environment.get(name, "") for name in _JOB]
    return hashlib.sha256(canonical_json(parts)).hexdigest()[:_PART_LENGTH]
