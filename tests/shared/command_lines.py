"""Command lines in text: split into words and read by the programs' own parsers. Nothing is run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import click

import armtemplate.__main__
import imagegate.cli.program
import localazure.cli

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = ".venv/bin/"
_PROGRAMS: dict[str, click.Command] = {"imagegate": imagegate.cli.program.program, "localazure": localazure.cli.group}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_OPERATOR = re.compile(r"[();<>|&]+")
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
_FOLDERS = ("benchmarks/", "docs/", "examples/", "function_app/", "src/", "templates/", "tests/")


def simple_commands(text: str) -> Iterator[list[str]]:
    """The words of each simple command, those in `$(…)` included, without assignments in front of it."""
    for substituted in _SUBSTITUTION.findall(text):
        yield from simple_commands(substituted)
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if not _OPERATOR.fullmatch(word):
                words += [word] if words or not _ASSIGNMENT.match(word) else []
            elif words:
                yield words
                words = []


def faults(text: str, *, prose: bool = False) -> list[str]:
    """What is wrong with the command lines of a text; `prose` names commands without all that they need."""
    return [
        f"{shlex.join(words)}: {fault}"
        for words in simple_commands(text)
        for fault in (*_faults_of(words, prose=prose), *_missing_files(words))
    ]


def _missing_files(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word.startswith(_FOLDERS) and not (REPOSITORY / word).exists():
            yield f"there is no {word}"


def _faults_of(words: Sequence[str], *, prose: bool) -> Iterator[str]:
    name, *arguments = words
    name = name.removeprefix(BIN)
    try:
        if name in _PROGRAMS:
            yield from _read(_PROGRAMS[name], arguments, prose=prose)
        elif name == "make":
            yield from (f"no target {word}" for word in _targets_in(arguments) - make_targets())
        elif name == "python" and arguments[:2] == ["-m", "armtemplate"]:
            armtemplate.__main__._parser().parse_args(arguments[2:])
    except click.exceptions.Exit:  # --help, --version
        return
    except SystemExit:
        yield "not accepted by the program's parser"
    except click.UsageError as error:
        # A command's name in a sentence does without its arguments, or has words such as FOLDER for them.
        if not (prose and isinstance(error, click.BadParameter)):
            yield error.format_message()


def _read(command: click.Command, arguments: Sequence[str], *, prose: bool) -> Iterator[str]:
    """Parse a command's arguments, and those of the command that `localazure exec` would run."""
    if isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        name, *rest = arguments
        found = command.get_command(click.Context(command), name)
        yield from _read(found, rest, prose=prose) if found else [f"no command {name}"]
        return
    context = command.make_context(command.name, list(arguments))
    if wrapped := context.params.get("command"):
        yield from _faults_of(wrapped, prose=prose)


def _targets_in(arguments: Sequence[str]) -> set[str]:
    return {word for word in arguments if not word.startswith("-") and "=" not in word}


@cache
def make_targets() -> frozenset[str]:
    """The targets of the Makefile."""
    return frozenset(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
