"""The Function's package: the files that .funcignore leaves, in a zip that is the same for the same files."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imagegate.errors import InputError

IGNORE_FILE = ".funcignore"
_NEEDED = ("host.json", "requirements.txt", "function_app.py", "function_app/__init__.py", "src/imagegate/__init__.py")
_UNIX = 3
_MODE = 0o100644 << 16
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can name


@dataclass(frozen=True, kw_only=True)
class FunctionPackage:
    """A zip, and the names in it in their order."""

    content: bytes
    names: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The digest of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def own_code_folder() -> Path:
    """The repository that this imagegate runs from."""
    return Path(__file__).resolve().parents[3]


def pack_function(folder: Path) -> FunctionPackage:
    """Pack what .funcignore leaves of `folder`, as Azure's own tools would.

    Entries carry Unix modes: the platform mounts the package, and files without a mode cannot be read there.

    Raises:
        InputError: files that the Function cannot do without are not there; all of them at once.
    """
    names = tuple(sorted(_left_by_ignore_file(folder)))
    missing = [name for name in (IGNORE_FILE, *_NEEDED) if not (folder / name).is_file()]
    if missing:
        raise InputError.of(
            f"{folder} does not hold the Function: {', '.join(missing)} not found",
            path="--function-code",
            hint="Run imagegate from a checkout of its repository, or name one with --function-code.",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / name).read_bytes())
    return FunctionPackage(content=buffer.getvalue(), names=names)


def _left_by_ignore_file(folder: Path) -> Iterator[str]:
    """Names of files, with slashes; folders that are ignored whole are not entered."""
    import pathspec

    ignore_file = folder / IGNORE_FILE
    lines = ignore_file.read_text(encoding="utf-8").splitlines() if ignore_file.is_file() else []
    ignored = pathspec.GitIgnoreSpec.from_lines(lines)
    for place, folders, files in os.walk(folder):
        inside = Path(place).relative_to(folder)
        folders[:] = [name for name in folders if not ignored.match_file(f"{(inside / name).as_posix()}/")]
        for name in files:
            path = (inside / name).as_posix()
            if not ignored.match_file(path):
                yield path
