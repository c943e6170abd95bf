"""Which environment variables imagegate.yaml may name, and where."""

import re

PLACES = ("azure", "tags")
_GITHUB = (
    "ACTOR|ACTOR_ID|BASE_REF|EVENT_NAME|HEAD_REF|JOB|REF|REF_NAME|REF_TYPE|REPOSITORY|REPOSITORY_ID|REPOSITORY_OWNER|"
    "REPOSITORY_OWNER_ID|RUN_ATTEMPT|RUN_ID|RUN_NUMBER|SERVER_URL|SHA|WORKFLOW|WORKFLOW_REF|WORKFLOW_SHA"
)
"""Names without a secret. Source: GitHub documentation, "Variables reference"."""
_HINT = (
    "It may read AZURE_…_ID, names of the GitHub job without a secret such as GITHUB_REF_NAME, and IMAGEGATE_VAR_…: "
    "pass the value as one of these."
)
_NAME = re.compile(rf"AZURE_[A-Z]+_ID|IMAGEGATE_VAR_[A-Z0-9_]+|GITHUB_(?:{_GITHUB})")


def why_not(place: str, name: str) -> tuple[str, str] | None:
    """Why the variable may not be read at a place (the first key of its path), and what to do; None where it may.

    A pull request writes this file: it must not read the environment of the job, which holds its secrets.
    """
    if place not in PLACES:
        return "variables are filled in below `azure` and `tags` only", "Write the value, or $$ for a dollar sign."
    if not _NAME.fullmatch(name):
        return f"{name} is no variable that this file may read", _HINT
    return None
