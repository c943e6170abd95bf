"""Find out where an image comes from: repository, head commit, ref, run."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagegate.gateway.repository import git
from imagegate.model import Stamp

_REMOTE = re.compile(r"(?:[:/])(?P<repository>[^/:]+/[^/]+?)(?:\.git)?/?$")


def read_origin(environment: Mapping[str, str], folder: Path, *, content_hash: str) -> Stamp:
    """The stamp of a build: from the GitHub job when there is one, else from the folder's git; unknown parts are empty.

    The commit is the head of the pull request (of the merge group, in a merge queue), never the merge commit in
    GITHUB_SHA, which nobody wrote and which no status belongs to.
    """
    if environment.get("GITHUB_ACTIONS") == "true" or environment.get("GITHUB_REPOSITORY"):
        return Stamp(
            repository=environment.get("GITHUB_REPOSITORY", ""),
            commit=_head_commit(environment),
            ref=environment.get("GITHUB_REF", ""),
            run=environment.get("GITHUB_RUN_ID", ""),
            content_hash=content_hash,
        )
    remote = _REMOTE.search(git(folder, "remote", "get-url", "origin"))
    return Stamp(
        repository=remote["repository"] if remote else "",
        commit=git(folder, "rev-parse", "--verify", "--quiet", "HEAD"),
        ref=git(folder, "symbolic-ref", "--quiet", "HEAD"),
        content_hash=content_hash,
    )


def _head_commit(environment: Mapping[str, str]) -> str:
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    head = (event.get("pull_request") or {}).get("head") or {}
    group = event.get("merge_group") or {}
    return str(head.get("sha") or group.get("head_sha") or environment.get("GITHUB_SHA", ""))


def _event(path: str) -> dict[str, Any]:
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}
