"""The payload of the event that made the job run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagegate.model.github_event import GitHubEvent

_LIMIT_BYTES = 32 * 1024 * 1024


def read_github_event(environment: Mapping[str, str]) -> GitHubEvent | None:
    """The job's event; None outside of a GitHub job. An unreadable payload counts as empty."""
    if not (environment.get("GITHUB_ACTIONS") == "true" or environment.get("GITHUB_REPOSITORY")):
        return None
    return GitHubEvent.of(environment, _payload(environment.get("GITHUB_EVENT_PATH", "")))


def _payload(path: str) -> Mapping[str, Any]:
    try:
        file = Path(path)
        if not path or file.stat().st_size > _LIMIT_BYTES:
            return {}
        found = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
