"""Building the Function's package."""

from pathlib import Path

import pytest

from imagegate.errors import InputError
from imagegate.steps.build_function_package import FunctionCode, build_function_package, read_function_code

_UV = """#!/bin/sh
for last; do :; done
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/durabletask/__pycache__" "$2/bin"
cp "$last" "$2/durabletask/__init__.py"
touch "$2/durabletask/__pycache__/x.pyc" "$2/bin/tool"
"""


@pytest.fixture(autouse=True)
def _uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A uv that installs one package, whose content is the file of requirements."""
    file = tmp_path / "uv"
    file.write_text(_UV)
    file.chmod(0o755)
    monkeypatch.setenv("UV", str(file))


def test_code_with_its_packages() -> None:
    """The wheels of its own requirements.txt lie where the platform looks; no bytecode, no programs; the same again."""
    code = read_function_code(FunctionCode())

    built = build_function_package(code)

    added = set(built.names) - set(code.names)
    assert added == {".python_packages/lib/site-packages/durabletask/__init__.py"}
    assert built.read(added.pop()) == code.read("requirements.txt")
    assert (code.built, built.built) == (False, True)
    assert build_function_package(code).sha256 == built.sha256


def test_package_that_was_built_before(tmp_path: Path) -> None:
    """A package of a release is taken as it is; what is none, or was not built, is refused with its name."""
    built = build_function_package(read_function_code(FunctionCode()))
    good, bare, broken = tmp_path / "good.zip", tmp_path / "bare.zip", tmp_path / "broken.zip"
    good.write_bytes(built.content)
    bare.write_bytes(read_function_code(FunctionCode()).content)
    broken.write_bytes(b"no zip")

    assert read_function_code(FunctionCode(package=good)).sha256 == built.sha256
    for file in (bare, broken):
        with pytest.raises(InputError, match=file.name):
            read_function_code(FunctionCode(package=file))
