"""The command group: what is built in, and what other packages add."""

import importlib
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

import click

from imagegate import __version__
from imagegate.errors import InputError, exit_codes

COMMANDS = {
    "setup": "imagegate.cli.setup:setup_command",
    "build": "imagegate.cli.build:build_command",
    "verify": "imagegate.cli.verify:verify_command",
    "promote": "imagegate.cli.promote:promote_command",
    "quarantine": "imagegate.cli.quarantine:quarantine_command",
    "sweep": "imagegate.cli.sweep:sweep_command",
    "completion": "imagegate.cli.completion:completion_command",
}
"""The commands of this package, in the order of their use, each by the place of its click command."""

ENTRY_POINT_GROUP = "imagegate.commands"
_HINT = "Install what the package needs."
_LOG = logging.getLogger(__name__)

_HELP = """Golden VM images on Azure, proved before `latest` moves.

imagegate builds an image with Azure Image Builder, boots every new version on a fresh VM, asks it what you want it
to answer, tears the VM down, and only then lets `latest` resolve to the version.

\b
A folder with imagegate.yaml says what the image is:
  imagegate setup  templates/apache-debian12     # once: identity, gallery, groups
  imagegate build  templates/apache-debian12
  imagegate verify templates/apache-debian12
"""
_EPILOG = "\n".join(["\b", "Exit codes:", *(f"  {code:<4} {meaning}" for code, meaning in exit_codes().items())])


class ProgramGroup(click.Group):
    """Imports a command only when it is asked for, so that `--help` and one command never pay for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Built-in ones first, in the order of their use."""
        return [*COMMANDS, *sorted(point.name for point in _added() if point.name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name; one that cannot be loaded tells so when it is run, and is quiet otherwise."""
        if cmd_name in COMMANDS:
            return _load_own(cmd_name)
        point = next((point for point in _added() if point.name == cmd_name), None)
        return _load_added(point) if point else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for what was mistyped."""
        import difflib

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near:
                message = f"{error.message.rstrip('.')}. Did you mean '{near[0]}'?"
                raise click.UsageError(message, ctx=ctx) from None
            raise


def _load_own(name: str) -> click.Command | None:
    module_name, _, attribute = COMMANDS[name].partition(":")
    command = getattr(importlib.import_module(module_name), attribute)
    return command if isinstance(command, click.Command) else None


def _added() -> Sequence[EntryPoint]:
    return tuple(entry_points(group=ENTRY_POINT_GROUP))


def _load_added(point: EntryPoint) -> click.Command:
    """A command of another package. A fault in it is reported when the command is run, and disturbs no other one."""
    try:
        command = point.load()
    except ModuleNotFoundError as error:
        return _broken(point, f"{error}", hint=_install_hint(point))
    except Exception as error:  # noqa: BLE001 - foreign code may fail in any way, and must not break other commands
        return _broken(point, f"{type(error).__name__}: {error}")
    return command if isinstance(command, click.Command) else _broken(point, f"{point.value} is not a command")


def _install_hint(point: EntryPoint) -> str:
    """How to install all parts of the package that the command comes from."""
    if point.dist is None:
        return _HINT
    extras = ",".join(point.dist.metadata.get_all("Provides-Extra") or ())
    return f"Install it: pip install '{point.dist.name}[{extras}]'" if extras else _HINT


def _broken(point: EntryPoint, reason: str, *, hint: str = _HINT) -> click.Command:
    def tell(**_: object) -> None:
        package = point.dist.name if point.dist else point.value
        raise InputError.of(
            f'the command "{point.name}" comes from {package} and cannot be loaded: {reason}',
            hint=hint,
        )

    settings = {"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False}
    return click.Command(
        point.name,
        callback=tell,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings=settings,
        add_help_option=False,
        short_help="(cannot be loaded)",
    )


@click.group(
    cls=ProgramGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=_HELP,
    epilog=_EPILOG,
)
@click.version_option(__version__, prog_name="imagegate", message="%(prog)s %(version)s")
def program() -> None:
    """The program; each command is a file beside this one."""


def run_program(arguments: list[str]) -> int:
    """Run the program and return its exit code; never raises but for what click itself ends with."""
    from imagegate.cli.command import Surroundings
    from imagegate.cli.ending import tell_error

    around = Surroundings.of_this_process()
    try:
        returned = program.main(args=arguments or ["--help"], prog_name="imagegate", standalone_mode=False, obj=around)
        sys.stdout.flush()  # here, where it can still be said that it failed
    except BaseException as error:  # noqa: BLE001 - the one place where everything ends
        return tell_error(error, arguments, around)
    return returned if isinstance(returned, int) else 0
