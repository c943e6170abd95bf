"""The work of a process tree, read from the kernel."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localazure import process_tree
from localazure.process_tree import ProcessTree, Work

_WRITES = "import sys; sys.stdout.write('x' * 100_000); sys.stdout.flush(); print(' written'); sys.stdin.read()"


@pytest.fixture
def shell() -> Iterator[subprocess.Popen[bytes]]:
    """A shell whose child has written 100,000 bytes, and waits for the end of its input."""
    command = ["/bin/sh", "-c", f'"{sys.executable}" -c "{_WRITES}"; read line', "sh"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_descendants_count(shell: subprocess.Popen[bytes]) -> None:
    """What a child wrote counts for its parent, and the program that computed most is named."""
    work = ProcessTree(shell.pid).work()

    assert work.written_bytes >= 100_000
    assert work.busiest.startswith("python")


def test_counts_never_go_down(shell: subprocess.Popen[bytes]) -> None:
    """A process that has ended still counts."""
    tree = ProcessTree(shell.pid)
    before = tree.work()
    shell.kill()
    shell.wait()

    after = tree.work()

    assert (after.written_bytes, after.cpu_s) >= (before.written_bytes, before.cpu_s)
    assert after.busiest == ""


def test_line_for_people() -> None:
    """Bytes, seconds and the program, as part of a line."""
    assert str(Work(written_bytes=1_500_000, cpu_s=2.4, busiest="dpkg")) == "1.5 MB written, 2 s of CPU, running dpkg"
    assert str(Work()) == "0.0 MB written, 0 s of CPU"


@pytest.mark.parametrize("file", ["src/localazure/process_tree.py", "scripts/with_progress.py"])
def test_runs_on_the_python_of_a_bare_machine(repository: Path, file: str) -> None:
    """The set-up's own code is Python 3.9, and imports nothing that is not in the standard library."""
    tree = ast.parse((repository / file).read_text(), feature_version=(3, 9))

    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports}
    assert {name.split(".")[0] for name in names} - sys.stdlib_module_names <= {"localazure"}
    assert Path(process_tree.__file__).is_relative_to(repository)
