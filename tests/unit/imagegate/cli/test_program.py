"""The command line: help, errors, exit codes, commands of other packages."""

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import EntryPoint

import click
import pytest

from imagegate.cli import main, program
from imagegate.cli.command import Shell, shared_options
from imagegate.cli.program import COMMANDS, run_program
from imagegate.errors import BuildFailed, Interrupted, NotAuthorised, exit_codes
from imagegate.report.outcome import Outcome


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """A command `fail` that raises what is put into the list."""
    errors: list[BaseException] = []

    @click.command("fail")
    @click.option("--json", "as_json", is_flag=True)
    @click.option("-v", "--verbose", is_flag=True)
    def fail(as_json: bool, verbose: bool) -> None:
        raise errors[0]

    monkeypatch.setitem(program.program.commands, "fail", fail)
    monkeypatch.setattr(
        program.ProgramGroup, "get_command", lambda _self, _context, name: fail if name == "fail" else None
    )
    return errors


def test_every_command_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The help names every command with a line about it, an example and the exit codes."""
    assert run_program(["--help"]) == 0

    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in COMMANDS)
    assert "\n    imagegate build  templates/apache-debian12\n" in text, "examples keep their lines"
    assert all(f"\n    {code:<4} {meaning}\n" in text for code, meaning in exit_codes().items())


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself, and shows how it is used."""
    assert run_program([command, "--help"]) == 0

    assert "Examples:" in capsys.readouterr().out


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The program's name alone prints the help once, on standard output, and no error."""
    assert run_program([]) == 0

    printed = capsys.readouterr()
    assert printed.out.count("Usage: imagegate") == 1
    assert printed.err == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints name and version, and nothing else."""
    assert run_program(["--version"]) == 0

    assert capsys.readouterr().out == "imagegate 0.1.0\n"


def test_main_ends_with_the_exit_code() -> None:
    """The program's entry point always ends the process with a code of the table."""
    with pytest.raises(SystemExit) as caught:
        main(["build", "/nowhere"])

    assert caught.value.code == 2


def test_a_mistyped_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command is exit 2, with the nearest one that there is."""
    assert run_program(["biuld"]) == 2

    assert "Did you mean 'build'?" in capsys.readouterr().err


def test_a_missing_argument_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Errors of the arguments come as JSON too when JSON was asked for."""
    assert run_program(["build", "--json", "--nonsense"]) == 2

    document = json.loads(capsys.readouterr().out)
    assert document["command"] == "build"
    assert document["error"]["code"] == "input-not-usable"
    assert "--nonsense" in document["error"]["faults"][0]["message"]


def test_an_error_is_one_json_object(failing: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    """With --json stdout holds exactly one object, and stderr the same for people."""
    failing.append(NotAuthorised("You may not.", action="a/read", hint="Ask."))

    assert run_program(["fail", "--json"]) == 9

    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["action"] == "a/read"
    assert captured.err == "error: You may not.\nAsk.\n  action: a/read\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(BuildFailed("no"), 3), (KeyboardInterrupt(), 130), (Interrupted("x"), 130), (ValueError("oops"), 1)],
)
def test_exit_codes(failing: list[BaseException], error: BaseException, code: int) -> None:
    """Every cause has its exit code; what nobody foresaw is 1."""
    failing.append(error)

    assert run_program(["fail"]) == code


def test_an_unexpected_error_says_where_to_report(
    failing: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    """A defect of ours is told as one, with where to report it; the traceback comes with -v."""
    failing.append(ValueError("oops"))

    run_program(["fail"])
    short = capsys.readouterr().err
    run_program(["fail", "-v"])
    long = capsys.readouterr().err

    assert "a defect of imagegate: ValueError: oops" in short
    assert "Please report it where you got imagegate from" in short
    assert ("Traceback" in short, "Traceback" in long) == (False, True)


class _Points:
    """Entry points of a package that is not installed."""

    def __init__(self, *points: EntryPoint) -> None:
        self.points = points

    def __call__(self, *, group: str) -> tuple[EntryPoint, ...]:
        """Those of the group."""
        return tuple(point for point in self.points if point.group == group)


def _point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group="imagegate.commands")


def test_a_command_of_another_package(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A package adds a command by an entry point; it is listed and runs like our own."""
    monkeypatch.setattr(
        program, "entry_points", _Points(_point("extra", "imagegate.cli.completion:completion_command"))
    )

    assert run_program(["--help"]) == 0
    assert "\n  extra " in capsys.readouterr().out
    assert run_program(["extra", "bash"]) == 0


@pytest.mark.parametrize("value", ["nowhere.at_all:command", "imagegate.errors:InputError", "json:nothing"])
def test_a_broken_command_breaks_only_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    """A command that cannot be loaded is listed as such, tells why when it is run, and leaves all others alone."""
    monkeypatch.setattr(program, "entry_points", _Points(_point("extra", value)))

    assert run_program(["--help"]) == 0
    assert "(cannot be loaded)" in capsys.readouterr().out
    assert run_program(["build", "--help"]) == 0
    assert run_program(["extra", "--any", "thing"]) == 2
    assert 'the command "extra" comes from' in capsys.readouterr().err


def test_our_own_commands_cannot_be_replaced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry point named as one of ours is not loaded."""
    monkeypatch.setattr(program, "entry_points", _Points(_point("build", "nowhere:command")))

    assert run_program(["build", "--help"]) == 0
    assert "Azure Image Builder" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell gets a script that asks the program."""
    assert run_program(["completion", shell]) == 0

    assert "_IMAGEGATE_COMPLETE" in capsys.readouterr().out


def test_completion_answers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The program completes its commands."""
    monkeypatch.setenv("_IMAGEGATE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "imagegate bu")
    monkeypatch.setenv("COMP_CWORD", "1")

    run_program([])

    assert "build" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_is_interrupted_where_it_sleeps(number: signal.Signals) -> None:
    """Ctrl-C and a cancelled job's SIGTERM end a command's sleep, not its teardown's; then the handler is gone."""
    before = signal.getsignal(number)
    reached: list[str] = []

    def command(*, shell: Shell) -> Outcome:
        os.kill(os.getpid(), number)
        reached.append("went on")
        with pytest.raises(Interrupted):
            shell.clock.sleep(3600)
        shell.teardown_clock.sleep(0)
        reached.append("tore down")
        raise Interrupted("Interrupted.")

    with pytest.raises(Interrupted):
        click.command("wait")(shared_options(command)).main([], standalone_mode=False)

    assert reached == ["went on", "tore down"]
    assert signal.getsignal(number) is before


def test_starting_up_imports_no_sdk() -> None:
    """Help and input errors never pay for an SDK."""
    code = (
        "import sys\nfrom imagegate.cli.program import run_program\nrun_program(['build', '--help'])\n"
        "run_program(['setup', '/nowhere'])\n"
        "heavy = ('azure', 'requests', 'msal', 'rich.console', 'durabletask', 'grpc')\n"
        "print('loaded:', [name for name in sys.modules if name.startswith(heavy)])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[-1] == "loaded: []", done.stderr
