"""The Function's package: the files that .funcignore leaves, in a zip that is the same for the same files."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from imagegate.errors import InputError

IGNORE_FILE = ".funcignore"
PACKAGES = ".python_packages/lib/site-packages"
"""Where the platform looks for packages that were not built there. Source: Azure Functions, Python developer guide."""

_NEEDED = ("host.json", "requirements.txt", "function_app.py", "function_app/__init__.py", "src/imagegate/__init__.py")
_PACKAGE = Path(__file__).resolve().parents[1]
_CARRIED: Mapping[str, tuple[str, ...]] = {"function_code": (), "azure_templates": ("templates", "azure")}
"""Folders of the installed package, and what they are in the Function's (see pyproject.toml, force-include)."""

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

    @property
    def built(self) -> bool:
        """Whether it brings its dependencies."""
        return any(name.startswith(f"{PACKAGES}/") for name in self.names)

    def read(self, name: str) -> bytes:
        """One file of it."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return archive.read(name)


def pack_own_function() -> FunctionPackage:
    """Pack the Function of this very imagegate: from its checkout, or from what its wheel carries. The same zip.

    Raises:
        InputError: an installation that carries no Function.
    """
    checkout = _PACKAGE.parent.parent
    if _PACKAGE.parent.name == "src" and (checkout / IGNORE_FILE).is_file():
        return pack_function(checkout)
    return _pack({_name_of(path): path for path in _PACKAGE.rglob("*") if _belongs(path)}, "this installation")


def pack_function(folder: Path) -> FunctionPackage:
    """Pack what .funcignore leaves of `folder`, as Azure's own tools would.

    Raises:
        InputError: files that the Function cannot do without are not there; all of them at once.
    """
    files = {name: folder / name for name in _left_by_ignore_file(folder)}
    return _pack(files, str(folder), missing=() if (folder / IGNORE_FILE).is_file() else (IGNORE_FILE,))


def with_packages(package: FunctionPackage, folder: Path) -> FunctionPackage:
    """The package with what was installed into a folder; programs and bytecode stay out."""
    files = {
        f"{PACKAGES}/{path.relative_to(folder).as_posix()}": path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.relative_to(folder).parts[0] != "bin"
    }
    buffer = io.BytesIO(package.content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            _add(archive, name, files[name].read_bytes())
    return FunctionPackage(content=buffer.getvalue(), names=(*package.names, *sorted(files)))


def read_package(file: Path) -> FunctionPackage:
    """A package that was built before.

    Raises:
        InputError: no zip, or not the Function with its packages.
    """
    path = "--function-package"
    try:
        content = file.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = FunctionPackage(content=content, names=tuple(archive.namelist()))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError.of(f"{file} cannot be read: {error}", path=path) from error
    missing = [name for name in _NEEDED if name not in found.names]
    if missing or not found.built:
        what = ", ".join(missing) or PACKAGES
        raise InputError.of(f"{file} is not a built package of the Function: {what} not found", path=path)
    return found


def _pack(files: Mapping[str, Path], place: str, *, missing: tuple[str, ...] = ()) -> FunctionPackage:
    """The zip. Entries carry Unix modes: the platform mounts it, and files without a mode cannot be read there."""
    missing += tuple(name for name in _NEEDED if name not in files)
    if missing:
        raise InputError.of(
            f"{place} does not hold the Function: {', '.join(missing)} not found",
            path="--function-code",
            hint="Name a checkout of imagegate's repository with --function-code.",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            _add(archive, name, files[name].read_bytes())
    return FunctionPackage(content=buffer.getvalue(), names=tuple(sorted(files)))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.create_system, entry.external_attr = _UNIX, _MODE
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _belongs(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc" and path.name != IGNORE_FILE


def _name_of(path: Path) -> str:
    """Where an installed file lies in the package: the wheel keeps what is beside `src` in folders of its own."""
    inside = path.relative_to(_PACKAGE)
    for folder, place in _CARRIED.items():
        if inside.parts[0] == folder:
            return "/".join((*place, *inside.parts[1:]))
    return "/".join(("src", "imagegate", *inside.parts))


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
