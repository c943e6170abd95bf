"""What can go wrong in the engine.

EngineError                  something here, not the image, is at fault
├── NotReady                 this machine lacks what the engine needs
├── ProgramFailed            a program that the engine started ended badly
├── ProgramTimedOut          … or took too long
├── ProgramCancelled         … or was stopped on request
├── Evicted                  the cache removed a result that was about to be used
└── GuestUnreachable         a machine does not let the engine in
"""

from __future__ import annotations

from collections.abc import Sequence


class EngineError(Exception):
    """Something here, not the image, is at fault."""


class NotReady(EngineError):  # noqa: N818 - says what it is
    """This machine lacks what the engine needs; the message lists it with the packages to install."""


class ProgramFailed(EngineError):  # noqa: N818 - says what it is
    """A program that the engine started ended badly. `exit_code` None: it could not be started."""

    def __init__(self, argv: Sequence[str], exit_code: int | None, output: str) -> None:
        self.argv = tuple(argv)
        self.exit_code = exit_code
        self.output = output
        ending = f"ended with exit code {exit_code}" if exit_code is not None else "could not be started"
        super().__init__(f"`{' '.join(argv)}` {ending}:\n{output.strip()[-2000:]}")


class ProgramTimedOut(EngineError):  # noqa: N818 - says what it is
    """A program took longer than it was given and was killed."""

    def __init__(self, argv: Sequence[str]) -> None:
        super().__init__(f"`{' '.join(argv)}` took too long and was killed.")


class ProgramCancelled(EngineError):  # noqa: N818 - says what it is
    """A program was stopped on request."""

    def __init__(self, argv: Sequence[str]) -> None:
        super().__init__(f"`{' '.join(argv)}` was stopped on request.")


class Evicted(EngineError):  # noqa: N818 - says what it is
    """The cache removed a result that was about to be used; looking again makes it anew."""


class GuestUnreachable(EngineError):  # noqa: N818 - says what it is
    """A machine does not let the engine in: its sshd is absent, closed or not up."""
