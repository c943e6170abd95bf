"""Find out where an image comes from: repository, head commit, ref, run."""

import re
from collections.abc import Mapping
from pathlib import Path

from imagegate.gateway.github_event_file import read_github_event
from imagegate.gateway.repository import git
from imagegate.model import Stamp

_REMOTE = re.compile(r"(?:[:/])(?P<repository>[^/:]+/[^/]+?)(?:\.git)?/?$")


def read_origin(environment: Mapping[str, str], folder: Path, *, content_hash: str) -> Stamp:
    """The stamp of a build: from the GitHub job when there is one, else from the folder's git; unknown parts are empty.

    The commit is the head of the pull request (of the merge group, in a merge queue), never the merge commit in
    GITHUB_SHA, which nobody wrote and which no status belongs to. The ref of a pull request is `refs/pull/<n>/head`
    whatever GITHUB_REF says: for `pull_request_target` that is the default branch, whose builds may become `latest`,
    while the commit is the fork's.
    """
    event = read_github_event(environment)
    if event is not None:
        return Stamp(**event.stamp_fields(), content_hash=content_hash)
    remote = _REMOTE.search(git(folder, "remote", "get-url", "origin"))
    return Stamp(
        repository=remote["repository"] if remote else "",
        commit=git(folder, "rev-parse", "--verify", "--quiet", "HEAD"),
        ref=git(folder, "symbolic-ref", "--quiet", "HEAD"),
        content_hash=content_hash,
    )
