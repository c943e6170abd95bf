"""Build the Function's package: its code and its dependencies."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from imagegate.gateway.function_code import (
    FunctionPackage,
    pack_function,
    pack_own_function,
    read_package,
    with_packages,
)
from imagegate.gateway.function_packages import install_packages


@dataclass(frozen=True, kw_only=True)
class FunctionCode:
    """Where the Function's code is from: `folder`, or this imagegate's own; or `package`, built before.

    `remote_build`: Azure installs the packages, as its own build finds them.
    """

    folder: Path | None = None
    package: Path | None = None
    remote_build: bool = False


def read_function_code(code: FunctionCode) -> FunctionPackage:
    """The code, or the whole package where that was built before.

    Raises:
        InputError: it is not the Function's.
    """
    if code.package:
        return read_package(code.package)
    return pack_function(code.folder) if code.folder else pack_own_function()


def build_function_package(package: FunctionPackage) -> FunctionPackage:
    """The package with the wheels of its requirements.txt, for the platform that runs it.

    Raises:
        InputError: nothing here can install them.
        ServiceRefused: they could not be installed.
    """
    with tempfile.TemporaryDirectory(prefix="imagegate-function-") as folder:
        requirements, target = Path(folder) / "requirements.txt", Path(folder) / "packages"
        requirements.write_bytes(package.read("requirements.txt"))
        install_packages(requirements, target)
        return with_packages(package, target)
