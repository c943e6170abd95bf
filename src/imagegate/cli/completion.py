"""`imagegate completion`: the shell's completion script."""

import click

_FILES = {
    "bash": 'eval "$(imagegate completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(imagegate completion zsh)"    # in ~/.zshrc',
    "fish": "imagegate completion fish | source   # in ~/.config/fish/config.fish",
}


@click.command(
    "completion",
    short_help="Print the shell's completion script.",
    epilog="\b\nExamples:\n  " + "\n  ".join(_FILES.values()),
)
@click.argument("shell", type=click.Choice(list(_FILES)))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the script that lets bash, zsh or fish complete commands and options."""
    from click.shell_completion import get_completion_class

    completer = get_completion_class(shell)
    assert completer is not None  # noqa: S101 - the choices above are click's own
    source = completer(context.find_root().command, {}, "imagegate", "_IMAGEGATE_COMPLETE").source()
    click.echo(source)
