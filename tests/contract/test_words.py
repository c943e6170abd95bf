"""The product does not know where it runs."""

import re
from pathlib import Path

import pytest

_FORBIDDEN = re.compile("localazure|emulator|localhost|qemu", re.IGNORECASE)


def _sources(repository: Path) -> list[Path]:
    folders = [repository / "src" / "imagegate", repository / "function_app"]
    return [path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".json"}]


def test_product_never_names_the_local_cloud(repository: Path) -> None:
    """No file of the product says localazure, emulator, localhost or qemu, comments included."""
    found = [
        f"{path.relative_to(repository)}:{number}: {line.strip()}"
        for path in _sources(repository)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if _FORBIDDEN.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("word", ["LocalAzure", "an Emulator", "https://localhost", "QEMU"])
def test_the_words_would_be_seen(word: str) -> None:
    """Each forbidden word is recognised in any case."""
    assert _FORBIDDEN.search(word)
