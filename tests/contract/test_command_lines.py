"""Command lines that help texts, messages and prose name exist."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

import armtemplate.__main__
import localazure.cli
from command_blocks import code_spans
from command_lines import faults
from imagegate.cli.program import program

_COMMAND = re.compile(r"(?:\.venv/bin/)?(?:imagegate|localazure|make) [^`]+")
_EXAMPLE = re.compile(r"^ +((?:eval \"\$\()?(?:imagegate|localazure|python -m) (?:.+\\\n)*.+)$", re.MULTILINE)
_IN_A_COMMENT = re.compile(r"^# {3,}((?:\.venv/bin/|make ).+)$", re.MULTILINE)


def _commands(group: click.Group) -> Iterator[click.Command]:
    yield group
    context = click.Context(group)
    yield from filter(None, (group.get_command(context, name) for name in group.list_commands(context)))


def _texts(file: Path) -> Iterator[str]:
    """The string literals of a Python file, joined as Python joins them; any other file as it is."""
    if file.suffix != ".py":
        yield file.read_text()
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_examples_of_help_are_accepted() -> None:
    """Every example under `--help` is one that a shell reads and the program accepts."""
    commands = [*_commands(program), *_commands(localazure.cli.group)]
    texts = [text for command in commands for text in (command.help, command.epilog) if text]
    examples = [example for text in (*texts, armtemplate.__main__._EXAMPLE) for example in _EXAMPLE.findall(text)]

    assert len(examples) > 20
    for example in examples:
        subprocess.run(["sh", "-n"], input=example, text=True, check=True)
    assert [fault for example in examples for fault in faults(example)] == []


def test_commands_in_messages_exist(repository: Path) -> None:
    """A command that a message, a docstring or a description names in backticks exists, with its options."""
    files = [file for file in (repository / "src").rglob("*") if file.suffix in {".py", ".json"}]
    files += [*(repository / "function_app").rglob("*.py"), *(repository / "templates").rglob("*.json")]
    named = [
        (file, command)
        for file in files
        for text in _texts(file)
        for command in re.findall(f"`({_COMMAND.pattern})`", text)
    ]

    assert len(named) > 20
    assert [f"{file}: {fault}" for file, command in named for fault in faults(command, prose=True)] == []


def test_commands_in_prose_exist() -> None:
    """A command that a page names in a sentence exists, with its options."""
    named = [(place, span) for place, span in code_spans() if _COMMAND.fullmatch(span)]

    assert named
    assert [f"{place}: {fault}" for place, span in named for fault in faults(span, prose=True)] == []


def test_commands_in_comments_of_examples_are_accepted(repository: Path) -> None:
    """What an example's own comments say how to start it works as written."""
    lines = [
        line for file in (repository / "examples").glob("*.sh") for line in _IN_A_COMMENT.findall(file.read_text())
    ]

    assert lines
    assert [fault for line in lines for fault in faults(line)] == []
