"""Find out where an image comes from: repository, head commit, ref, run, and whether the commit holds all of it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from imagegate.gateway.github_event_file import read_github_event
from imagegate.gateway.work_tree import WorkTree, read_work_tree
from imagegate.model import Stamp
from imagegate.model.job_key import new_job_key

_REMOTE = re.compile(r"(?:[:/])(?P<repository>[^/:]+/[^/]+?)(?:\.git)?/?$")


def read_origin(
    environment: Mapping[str, str],
    folder: Path,
    *,
    content_hash: str,
    image: str = "",
    files: Iterable[Path] = (),
) -> Stamp:
    """The stamp of a build: from the GitHub job when there is one, else from the folder's git; unknown parts are empty.

    The commit is the head of the pull request (of the merge group, in a merge queue), never the merge commit in
    GITHUB_SHA, which nobody wrote and which no status belongs to. The ref of a pull request is `refs/pull/<n>/head`
    whatever GITHUB_REF says: for `pull_request_target` that is the default branch, whose builds may become `latest`,
    while the commit is the fork's. Each call makes a new job key. `files` are what the folder uses beside its own.
    """
    tree = read_work_tree(folder, files) or WorkTree()
    event = read_github_event(environment)
    if event is None:
        remote = _REMOTE.search(tree.remote_url)
        known = {"repository": remote["repository"] if remote else "", "commit": tree.commit, "ref": tree.ref}
    else:
        known = event.stamp_fields()
    return Stamp(
        **known,
        image=image,
        content_hash=content_hash,
        job_key=new_job_key(environment),
        dirty=bool(tree.changed),
    )
