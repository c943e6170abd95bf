"""What a story tells while it goes on, without knowing who listens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from imagegate.waiting import Clock


class Progress(Protocol):
    """A listener. Lines are plain text without line breaks; a step ends once, well or not."""

    def step_began(self, title: str) -> None:
        """A step of the story begins; told before anything that takes long."""
        ...

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """The step is over."""
        ...

    def note(self, text: str) -> None:
        """Something changed that a person wants to know: one line a change, not a poll."""
        ...

    def log_line(self, line: str) -> None:
        """A line of foreign text, such as the build's own log; it may hold anything."""
        ...

    def undoing(self, text: str) -> None:
        """Something is being undone, mostly after an error; told so that the error stays in sight."""
        ...


class Silent:
    """Listens to nothing."""

    def step_began(self, title: str) -> None:
        """Nothing."""

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def log_line(self, line: str) -> None:
        """Nothing."""

    def undoing(self, text: str) -> None:
        """Nothing."""


@dataclass
class StepEnding:
    """How a step is to be told once it is over; a step that ends with an error has not passed, whatever stands here."""

    passed: bool = True


class Story:
    """Steps one after the other, told to a listener and timed: `timings` has seconds by the step's key."""

    def __init__(self, progress: Progress, clock: Clock) -> None:
        self.progress = progress
        self.clock = clock
        self.timings: dict[str, float] = {}
        self._begun = clock.now()

    @contextmanager
    def step(self, key: str, title: str) -> Iterator[StepEnding]:
        """Tell and time what happens inside; a step that is done twice adds up."""
        self.progress.step_began(title)
        begun, ending, passed = self.clock.now(), StepEnding(), False
        try:
            yield ending
            passed = ending.passed
        finally:
            seconds = self.clock.now() - begun
            self.timings[key] = round(self.timings.get(key, 0.0) + seconds, 3)
            self.progress.step_ended(title, passed=passed, seconds=seconds)

    @property
    def seconds(self) -> float:
        """Since the story began."""
        return round(self.clock.now() - self._begun, 3)
