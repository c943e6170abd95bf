"""A story: what somebody does with imagegate, as quickly as it goes in this process, and how it ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from imagegate.errors import ImageGateError, Interrupted
from imagegate.report.progress import Silent
from roles import leftovers
from roles.world import World


@dataclass
class Told(Silent):
    """All that a story told; `act` is called with each line."""

    lines: list[str] = field(default_factory=list)
    act: Callable[[str], object] = lambda _: None

    def note(self, text: str) -> None:
        """Keep it, and act."""
        self.lines.append(text)
        self.act(text)

    def undoing(self, text: str) -> None:
        """As a note."""
        self.note(text)

    def log_line(self, line: str) -> None:
        """As a note."""
        self.note(f"log: {line}")


@dataclass(frozen=True, kw_only=True)
class Story:
    """`tell` raises what a command exits with; `exit_code` is that of a story to which no action is missing.

    `by`: who tells it, where several do.
    """

    name: str
    tell: Callable[[World, Told], None]
    by: str = ""
    exit_code: int = 0

    def __str__(self) -> str:
        return f"{self.name} ({self.by})" if self.by else self.name


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a story ended: its exit code, and everything that it told."""

    exit_code: int
    told: str


def ended(story: Story, world: World) -> Ended:
    """Tell the story to its end, and take away what it left."""
    told, exit_code = Told(), 0
    with _logged(told):
        try:
            story.tell(world, told)
        except ImageGateError as error:
            exit_code = error.exit_code
            told.lines.append(str(error))
        finally:
            world.engine.as_ever()
            leftovers.clear(world.local, world.group_id)
    return Ended(exit_code=exit_code, told="\n".join(told.lines))


class HastyClock:
    """The product's clock: a wait takes as long as the cloud is busy, for a moment at most, and its time has passed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._skipped_s = 0.0
        self._stopped = False

    def now(self) -> float:
        """The machine's time, and all that was not waited for."""
        return time.monotonic() + self._skipped_s

    def sleep(self, seconds: float) -> None:
        """Wait for the cloud, and skip the rest."""
        if self._stopped:
            raise Interrupted("Interrupted while waiting.")
        due = self.now() + seconds
        self._world.settle()
        self._skipped_s += max(0.0, due - self.now())

    def interrupt(self) -> None:
        """From now on every sleep raises."""
        self._stopped = True


@contextmanager
def _logged(told: Told) -> Iterator[None]:
    """What the Function says goes to its log."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.lines.append(record.getMessage())

    logger, handler = logging.getLogger("imagegate"), Handler()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
