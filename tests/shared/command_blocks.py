"""Code blocks and code spans of the Markdown pages, each block with the mark above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

REPOSITORY = Path(__file__).resolve().parents[2]
_MARK = re.compile(r"<!-- (?P<kind>[a-z ]+): (?P<values>.+) -->\s*")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A code block, with the mark above it: `<!-- kind: value, value -->`."""

    page: str
    line: int
    language: str
    text: str
    kind: str = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> list[Block]:
    """Every code block of every page, in order."""
    return [block for page in _pages() for block in blocks_of(page.read_text(), str(page.relative_to(REPOSITORY)))]


def blocks_of(text: str, page: str) -> Iterator[Block]:
    """The code blocks of one page; one that is only indented has no language."""
    before = ""
    for token in MarkdownIt().parse(text):
        if token.type in {"fence", "code_block"}:
            mark = _MARK.fullmatch(before)
            yield Block(
                page=page,
                line=(token.map or [0])[0] + 1,
                language=token.info.strip(),
                text=token.content,
                kind=mark["kind"] if mark else "",
                values=tuple(mark["values"].split(", ")) if mark else (),
            )
        before = token.content if token.type == "html_block" else ""


def code_spans() -> Iterator[tuple[str, str]]:
    """The text between backticks in prose, with its page and line."""
    for page in _pages():
        for token in MarkdownIt().enable("table").parse(page.read_text()):
            place = f"{page.relative_to(REPOSITORY)}:{(token.map or [0])[0] + 1}"
            yield from ((place, child.content) for child in token.children or () if child.type == "code_inline")


def _pages() -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in REPOSITORY.walk():
        folders[:] = [name for name in folders if not name.startswith(".")]  # .venv, and whole Debian trees in .cache
        found += [folder / name for name in files if name.endswith(".md")]
    return sorted(found)
