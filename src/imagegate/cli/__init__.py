"""The command line: arguments in, one call, exit code out."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `imagegate` program; always ends with an exit code of the table in `errors`."""
    from imagegate.cli.program import run_program
    from imagegate.cli.streams import standard_streams

    with standard_streams():
        exit_code = run_program(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(exit_code)
