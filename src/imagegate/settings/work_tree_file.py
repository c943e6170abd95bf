"""Where the files lie that a folder names: inside its git work tree, and nowhere else on this machine."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

_GIT = ".git"


def root_of(folder: Path) -> Path:
    """The git work tree around a folder; without one the folder itself."""
    start = folder.resolve()
    return next((one for one in (start, *start.parents) if os.path.lexists(one / _GIT)), start)


def find_file(folder: Path, name: str) -> Path | str:
    """The file that `name`, relative to the folder, stands for with every link followed; or why it is none of these.

    A pull request writes the folder: a path out of the work tree, or a link out of it, would read what the job may
    read. Inside of `.git` a checkout keeps its token.
    """
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute():
        return f'"{name}" is an absolute path; files are named from the image\'s folder'
    try:
        file = (folder / name).resolve()
    except (OSError, ValueError) as error:
        return f'"{name}" is no path: {getattr(error, "strerror", None) or error}'
    root = root_of(folder)
    if not file.is_relative_to(root):
        return f'"{name}" leads out of {root}'
    if _GIT in file.relative_to(root).parts:
        return f'"{name}" leads into {root / _GIT}'
    if not os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises for a name that is too long
        return f"there is no file {folder / name}"
    return file
