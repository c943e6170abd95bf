"""CONTRIBUTING.md can be followed."""

import re
from pathlib import Path

from real_data import SOURCES

_FOLDERS = ("src", "tests", "docs", "templates", "function_app")


def _text(repository: Path) -> str:
    return (repository / "CONTRIBUTING.md").read_text()


def test_real_data_is_within_reach(repository: Path) -> None:
    """Each part of the corpus has a row that says where it is from, and the variable that points at it is named."""
    section = _text(repository).split("## Real data")[1]

    assert "IMAGEGATE_CORPUS" in section
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == sorted(SOURCES)


def test_what_is_named_is_there(repository: Path) -> None:
    """Each file and folder of the repository that a step names exists; <placeholders> stand for any."""
    named = [text for text in re.findall(r"`([\w./<>-]+/[\w./<>-]*)`", _text(repository)) if text.startswith(_FOLDERS)]

    assert len(named) > 5
    for text in named:
        assert list(repository.glob(re.sub(r"<\w+>", "*", text))), text
