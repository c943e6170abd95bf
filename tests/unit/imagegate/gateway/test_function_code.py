"""The Function's package."""

import io
import zipfile
from pathlib import Path

import pytest

from imagegate.errors import InputError
from imagegate.gateway.function_code import pack_function, pack_own_function

NEEDED = ("host.json", "requirements.txt", "function_app.py", "function_app/__init__.py", "src/imagegate/__init__.py")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with all that a Function needs, and with what it does not."""
    for name in (*NEEDED, "tests/test_it.py", "src/imagegate/__pycache__/it.pyc", "local.settings.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".funcignore").write_text("/tests/\n__pycache__/\nlocal.settings.json\n.funcignore\n")
    return tmp_path


def test_ignored_files_stay_out(app: Path) -> None:
    """The package holds what .funcignore leaves, and nothing that it names."""
    assert set(pack_function(app).names) == set(NEEDED)


def test_same_files_same_package(app: Path) -> None:
    """The digest is that of the files: touching them changes nothing, changing them does."""
    before = pack_function(app).sha256
    (app / "host.json").touch()
    assert pack_function(app).sha256 == before

    (app / "host.json").write_text("{}")

    assert pack_function(app).sha256 != before


def test_entries_can_be_read_on_the_platform(app: Path) -> None:
    """Every entry says that it is a regular file of Unix that all may read."""
    with zipfile.ZipFile(io.BytesIO(pack_function(app).content)) as archive:
        entries = archive.infolist()

    assert {(entry.create_system, entry.external_attr >> 16) for entry in entries} == {(3, 0o100644)}


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    """A folder that is not the Function's is refused, with every file that it lacks."""
    with pytest.raises(InputError) as refused:
        pack_function(tmp_path)

    for name in (".funcignore", *NEEDED):
        assert name in str(refused.value)


def test_own_code_is_the_function() -> None:
    """The checkout that imagegate runs from can be packed: triggers, product, what it deploys; no test."""
    names = pack_own_function().names

    assert {*NEEDED, "templates/azure/smoke-vm.json"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", ".")) or name.endswith(".pyc")]
