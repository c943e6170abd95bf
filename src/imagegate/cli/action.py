"""The container action: the runner's inputs become one command's arguments and environment; as PID 1 it minds signals.

Everything else is what the command does in any GitHub job. Source of how the runner starts, feeds and cancels a
container action: actions/runner, ContainerActionHandler.cs and ProcessInvoker.cs.
"""

import os
import re
import signal
import sys
from collections.abc import Iterable, Mapping
from typing import NoReturn

from imagegate.settings.action_inputs import ACTION_INPUTS, ActionInput

_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_UNUSED = {"completion"}
_OF_A_VERSION = {"promote", "quarantine"}


def main() -> NoReturn:
    """Entry point of the container; ends with the command's exit code."""
    try:
        _end_on_signals()
        from imagegate.cli.program import run_program

        arguments, changes = translate(os.environ)
        os.environ.update(changes)
        for row in unused(os.environ, arguments[0]):
            sys.stderr.write(f"input {row.name} means nothing to the command {arguments[0]}\n")
        sys.exit(run_program(arguments))
    except Exception as error:  # noqa: BLE001 - told as every error is
        _tell(error)
    except KeyboardInterrupt as error:
        _tell(error)


def translate(environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The command line, and what is to be set in the environment.

    Raises:
        InputError: with every input that is not usable.
    """
    from imagegate.cli.program import COMMANDS
    from imagegate.errors import InputError, InputFault

    given = {row.name: environment.get(row.runner_variable, "").strip() for row in ACTION_INPUTS}
    given = {row.name: given[row.name] or row.default for row in ACTION_INPUTS}
    command = given["command"]
    faults: list[InputFault] = []
    if command not in COMMANDS or command in _UNUSED:
        faults.append(InputFault(message=_no_command(command, set(COMMANDS) - _UNUSED), path="command"))
    arguments = [command]
    changes: dict[str, str] = {}
    for row in ACTION_INPUTS:
        value = given[row.name]
        changes |= {name: value for name in row.variables if value and not value.startswith("${{")}
        if not row.option or not value or (row.commands and command not in row.commands):
            continue
        if not row.is_flag:
            arguments.append(f"{row.option}={value}")
        elif value.lower() in _TRUE:
            arguments.append(row.option)
        elif value.lower() not in _FALSE:
            faults.append(InputFault(message=f'expected true or false, got "{value}"', path=row.name))
    if environment.get("RUNNER_DEBUG") == "1" and "--verbose" not in arguments:
        arguments.append("--verbose")
    if faults:
        raise InputError(faults, hint="See the action's inputs in action.yml.")
    return [*arguments, *_target(command, given)], changes


def unused(environment: Mapping[str, str], command: str) -> Iterable[ActionInput]:
    """The inputs that were given, by more than their default, and mean nothing to the command."""
    for row in ACTION_INPUTS:
        value = environment.get(row.runner_variable, "").strip()
        if value and value != row.default and row.commands and command not in row.commands:
            yield row


def _target(command: str, given: Mapping[str, str]) -> list[str]:
    """The command's argument: a folder, a version, or for `verify` versions and the folder that says how to prove it.

    `sweep` needs a folder only where no group is named; the workspace itself is taken if it is an image's.
    """
    versions = version_ids(given["image-version-id"])
    if command == "verify" and versions:
        named = given["folder"] != "."
        return [*([f"--image={given['folder']}"] if named else []), "--", *versions]
    if command in _OF_A_VERSION:
        return ["--", *versions]
    if command == "sweep" and given["folder"] == ".":
        return []
    return ["--", given["folder"]]


def version_ids(text: str) -> list[str]:
    """One id, several separated by blanks or commas, or a JSON list of them, as the output `image-version-ids` is."""
    return [word for word in re.split(r'[\s,"\[\]]+', text) if word]


def _no_command(command: str, known: set[str]) -> str:
    import difflib

    near = difflib.get_close_matches(command, known, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'there is no command "{command}"; there are {", ".join(sorted(known))}.{hint}'


def _end_on_signals() -> None:
    """For PID 1 the kernel drops every signal that has no handler."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def _tell(error: BaseException) -> NoReturn:
    from imagegate.cli.command import Surroundings
    from imagegate.cli.ending import tell_error

    sys.exit(tell_error(error, ["action"], Surroundings.of_this_process()))
