"""Reads a folder's git work tree without the git program, which the action's container does not have."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dulwich.repo import Repo


@dataclass(frozen=True, kw_only=True)
class WorkTree:
    """A folder in git. What is unknown is empty.

    `ref` is empty for a detached HEAD. `changed` are the paths below the folder, or among the further files, that
    differ from the commit, relative to the root of the work tree; files that git ignores do not count.
    """

    remote_url: str = ""
    commit: str = ""
    ref: str = ""
    changed: tuple[str, ...] = ()


def read_work_tree(folder: Path, files: Iterable[Path] = ()) -> WorkTree | None:
    """The work tree that holds `folder`; None outside of git. `files` are further ones, wherever they lie in it."""
    from dulwich.errors import NotGitRepository
    from dulwich.refs import HEADREF
    from dulwich.repo import Repo

    try:
        repo = Repo.discover(str(folder.resolve()))
    except NotGitRepository:
        return None
    with repo:
        names, head = repo.refs.follow(HEADREF)
        ref = names[-1].decode() if head is not None and len(names) > 1 else ""
        return WorkTree(
            remote_url=_remote_url(repo),
            commit=head.decode() if head is not None else "",
            ref=ref,
            changed=_changed(repo, folder, files),
        )


def _remote_url(repo: "Repo") -> str:
    try:
        return repo.get_config().get((b"remote", b"origin"), b"url").decode()
    except KeyError:
        return ""


def _changed(repo: "Repo", folder: Path, files: Iterable[Path]) -> tuple[str, ...]:
    from dulwich import porcelain

    status = porcelain.status(repo, untracked_files="all")
    staged = [path for paths in status.staged.values() for path in paths]
    found = {
        path.decode(errors="replace") if isinstance(path, bytes) else str(path)
        for path in (*staged, *status.unstaged, *status.untracked)
    }
    root = Path(repo.path).resolve()
    below = folder.resolve().relative_to(root).as_posix()
    further = {file.resolve().relative_to(root).as_posix() for file in files if file.resolve().is_relative_to(root)}
    return tuple(sorted(path for path in found if below == "." or path.startswith(f"{below}/") or path in further))
