"""Programs that remember what they were asked and answer as a test tells them; nothing else is on the path."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_HARMLESS = ("setpriv", "cat", "sh")  # real ones: they lead to the others, or hold a pipe open
_PROGRAM = """#!{python} -IS
import json, os, sys
folder, argv = {folder!r}, sys.argv[1:]
words = [os.path.basename(sys.argv[0]), *argv]
stdin = sys.stdin.buffer.read()
call = {{"argv": words, "stdin": stdin.decode("latin-1"), "environment": dict(os.environ)}}
calls = os.open(folder + "/calls.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(calls, (json.dumps(call) + "\\n").encode())  # at once: others write there too
os.close(calls)
with open(folder + "/answers.json") as answers:
    fitting = [one for one in json.load(answers) if one["when"] in " ".join(words)]
if fitting:
    answer = fitting[-1]
    exec(answer["behaviour"])
    os.write(1, answer["stdout"].encode())
    os.write(2, answer["stderr"].encode())
    sys.exit(answer["exit_code"])
"""
# Process 1 of a cell without the namespaces: a shell whose only child is what it was asked to run.
_UNSHARE = '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\n"$@"\nexit $?\n'


@dataclass(frozen=True, kw_only=True)
class Call:
    """One start of a program. `argv` begins with its name."""

    argv: tuple[str, ...]
    stdin: bytes
    environment: Mapping[str, str]

    @property
    def line(self) -> str:
        """All words."""
        return " ".join(self.argv)

    @property
    def inside(self) -> tuple[str, ...]:
        """What a build machine's system manager was asked to run; empty when it was not asked."""
        if "systemd-run" not in self.argv:
            return ()
        unit = self.argv[self.argv.index("systemd-run") :]
        return unit[unit.index("--") + 1 :]


class FakePrograms:
    """A folder for PATH. A program that was not added cannot be started."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "bin"
        self.folder.mkdir(parents=True)
        self._root = root
        self._answers: list[dict[str, object]] = []
        self._write_answers()
        for name in _HARMLESS:
            found = shutil.which(name)
            assert found is not None, f"{name} is not installed"
            (self.folder / name).symlink_to(found)

    def add(self, *names: str) -> None:
        """Put programs on the path that succeed and say nothing, until they are told otherwise."""
        for name in names:
            self._executable(name, _PROGRAM.format(python=sys.executable, folder=str(self._root)))

    def add_cells(self) -> None:
        """What a cell is made of: what would run in it is remembered and not run."""
        self._executable("unshare", _UNSHARE)
        self.add("nsenter")

    def answer(
        self, when: str, *, stdout: str = "", stderr: str = "", exit_code: int = 0, behaviour: str = "pass"
    ) -> None:
        """How a command line with `when` in it is answered; the latest fitting answer counts.

        `behaviour` is Python that runs first; it sees `argv` (without the name) and `stdin`.
        """
        given = {"when": when, "stdout": stdout, "stderr": stderr, "exit_code": exit_code, "behaviour": behaviour}
        self._answers.append(given)
        self._write_answers()

    def calls(self, having: str = "") -> list[Call]:
        """What was started so far, in order, if `having` is in its command line."""
        path = self._root / "calls.jsonl"
        whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
        found = [json.loads(line) for line in whole.splitlines()]
        calls = [
            Call(argv=tuple(one["argv"]), stdin=one["stdin"].encode("latin-1"), environment=one["environment"])
            for one in found
        ]
        return [call for call in calls if having in call.line]

    def inside(self, beginning: Sequence[str] = ()) -> list[Call]:
        """What ran in a build machine, if it begins with these words."""
        return [call for call in self.calls() if call.inside and call.inside[: len(beginning)] == tuple(beginning)]

    def _executable(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)

    def _write_answers(self) -> None:
        (self._root / "answers.json").write_text(json.dumps(self._answers))
