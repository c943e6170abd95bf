"""The one place that starts programs: arguments as they are, nothing of ours inherited, no end that goes unnoticed."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localazure.engine import process, undo
from localazure.engine.errors import ProgramCancelled, ProgramFailed, ProgramTimedOut


def _python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-IS", "-c", code, *words]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=3))
def test_arguments_arrive_as_they_are(words: list[str]) -> None:
    """No shell reads the arguments: spaces, quotes, dollars and line ends arrive as they were given."""
    done = process.run(_python("import sys; print(ascii(sys.argv[1:]))", *words))

    assert done.stdout.strip() == ascii(words)


def test_nothing_of_our_environment_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in our environment reaches no program; only what is given explicitly does."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hush")

    done = process.run(_python("import os; print(sorted(os.environ))"), environment={"GIVEN": "1"})

    assert "AZURE_CLIENT_SECRET" not in done.stdout
    assert "GIVEN" in done.stdout


@pytest.mark.parametrize("kind", ["bytes", "file", "nothing"])
def test_input(tmp_path: Path, kind: str) -> None:
    """Input is bytes or a file, whatever their size, and otherwise empty: no program waits for our terminal."""
    content = bytes(range(256)) * 4096
    (tmp_path / "input").write_bytes(content)
    inputs: dict[str, bytes | Path | None] = {"bytes": content, "file": tmp_path / "input", "nothing": None}
    stdin = inputs[kind]

    done = process.run(_python("import sys; print(len(sys.stdin.buffer.read()))"), stdin=stdin)

    assert int(done.stdout) == (0 if stdin is None else len(content))


def test_lines_come_whole_and_apart() -> None:
    """Each output is handed on line by line, the last also without its end, and what is no text does not stop it."""
    heard: dict[str, list[str]] = {"out": [], "err": []}
    code = "import os; os.write(1, b'one\\ntw'); os.write(2, b'caf\\xe9\\n'); os.write(1, b'o\\nlast')"

    process.run(_python(code), on_stdout=heard["out"].append, on_stderr=heard["err"].append)

    assert heard == {"out": ["one", "two", "last"], "err": ["caf\N{REPLACEMENT CHARACTER}"]}


def test_lines_come_while_the_program_runs(tmp_path: Path) -> None:
    """A line is heard before the program ends: this one ends only once its line was answered."""
    answer = tmp_path / "answer"
    code = "import os, sys\nprint('waiting', flush=True)\nwhile not os.path.exists(sys.argv[1]): pass"

    done = process.run(_python(code, str(answer)), on_stdout=lambda _: answer.touch(), timeout_s=30)

    assert done.exit_code == 0


def test_only_the_end_of_long_output_is_kept() -> None:
    """A program that says more than anybody reads does not fill the memory; its end, where the reasons are, is kept."""
    done = process.run(_python("print('x' * 10_000_000); print('the end')"))

    assert len(done.stdout) <= 65536
    assert done.stdout.endswith("the end\n")


def test_failure_carries_code_and_words() -> None:
    """A program that ends badly is an error that names it, its exit code and what it said last."""
    with pytest.raises(ProgramFailed, match="ended with exit code 7:\nno such luck") as failure:
        process.run(_python("import sys; sys.stderr.write('no such luck'); sys.exit(7)"))

    assert failure.value.exit_code == 7
    assert failure.value.argv[0] == sys.executable


def test_failure_without_check_is_an_answer() -> None:
    """Where the caller asks for it, a bad end is told and not raised."""
    assert process.run(_python("raise SystemExit(7)"), check=False).exit_code == 7


def test_absent_program_is_a_failure_that_names_it() -> None:
    """A program that is not installed is named in the error."""
    with pytest.raises(ProgramFailed, match="no-such-program"):
        process.run(["no-such-program"])


def _identity_of(told: list[str]) -> str:
    return undo.process_identity(int(told[0]))


def test_timeout_kills_the_program_and_its_children() -> None:
    """A program that takes too long goes, and so do the programs that it started."""
    told: list[str] = []

    with pytest.raises(ProgramTimedOut, match="took too long"):
        process.run(["sh", "-c", "sleep 600 & echo $!; wait"], timeout_s=1, on_stdout=told.append)

    undo._until(lambda: _identity_of(told).endswith(":"))
    assert _identity_of(told).endswith(":")


def test_cancellation_is_noticed_while_the_program_is_silent() -> None:
    """A program that neither speaks nor ends is stopped when the build is cancelled."""
    cancelled = threading.Event()

    def cancel(_: str) -> None:
        cancelled.set()

    with pytest.raises(ProgramCancelled):
        process.run(
            _python("import time; print('up', flush=True); time.sleep(30)"), on_stdout=cancel, cancelled=cancelled
        )


def test_a_grandchild_that_keeps_the_output_open_is_not_waited_for() -> None:
    """A script that leaves a process behind ends when it ends itself; the process it left goes on."""
    code = "import subprocess; print(subprocess.Popen(['sleep', '30']).pid, flush=True)"

    done = process.run(_python(code), timeout_s=20)

    identity = undo.process_identity(int(done.stdout))
    assert not identity.endswith(":")
    undo.undo("process", identity)


def test_started_program_dies_with_us(tmp_path: Path) -> None:
    """A program that runs does not outlive the process that started it, even when that one is killed."""
    code = (
        "import os, pathlib, signal; from localazure.engine import process; child = process.start(['sleep', '600'])\n"
        "while b'setpriv' in pathlib.Path(f'/proc/{child.pid}/cmdline').read_bytes(): pass  # it is not asked for yet\n"
        "print(child.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )

    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    pid = int(killed.stdout)
    undo._until(lambda: undo.process_identity(pid).endswith(":"))
    assert undo.process_identity(pid).endswith(":")


def test_output_of_a_program_that_stays_is_appended(tmp_path: Path) -> None:
    """A second start adds to the log of the first."""
    log = tmp_path / "log"
    for word in ("first", "second"):
        process.start(_python(f"print('{word}')"), log=log).wait()

    assert log.read_text() == "first\nsecond\n"


def test_killing_twice_is_killing_once() -> None:
    """A program that is gone can be killed again without harm."""
    child = process.start(["sleep", "600"])

    process.kill(child)
    process.kill(child)

    assert child.returncode == -9


def test_ending_lets_a_program_finish(tmp_path: Path) -> None:
    """A program that takes the end of its input as its sign does its last work before it is gone."""
    code = f"import sys; sys.stdin.read(); open({str(tmp_path / 'done')!r}, 'w').close()"

    process.end(process.start(_python(code), pipes=True))

    assert (tmp_path / "done").exists()


def test_output_without_line_ends_is_handed_on_in_pieces() -> None:
    """A program that writes and writes without ending a line is not held in memory: it comes in pieces, all of it."""
    pieces: list[int] = []

    process.run(
        _python("import os\nfor _ in range(40): os.write(1, b'x' * 500_000)"),
        on_stdout=lambda line: pieces.append(len(line)),
    )

    assert sum(pieces) == 20_000_000
    assert max(pieces) <= 2 * process._LONGEST_LINE_BYTES


def test_a_daemon_that_goes_on_writing_does_not_hold_up_the_end() -> None:
    """What a program left behind may write to its output for ever: the program has ended, and so does the wait."""
    daemon = "import os, signal; signal.alarm(60)\nwhile True: os.write(1, b'still here\\n')"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-IS', '-c', {daemon!r}]); sys.exit(3)"

    done = process.run(_python(code), timeout_s=50, check=False)

    assert done.exit_code == 3


def test_a_program_may_close_its_outputs_before_it_ends() -> None:
    """The exit code is the program's last word, also when it had nothing more to say for a while."""
    code = "import os, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(4)"

    assert process.run(_python(code), check=False).exit_code == 4
