"""What every orchestration of ours does alike: tell how far it is, take time, call a step, wait.

All of it is deterministic: time is the orchestration's own, and nothing here does I/O.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.model.verification import Cause

if TYPE_CHECKING:
    from durabletask.task import CancellableTask, OrchestrationContext, Task

INTERRUPT = "interrupt"
"""The event that asks an orchestration to stop: it tears down what it made, and ends."""

RETRY = task.RetryPolicy(
    first_retry_interval=timedelta(seconds=2),
    max_number_of_attempts=4,
    backoff_coefficient=2.0,
    max_retry_interval=timedelta(seconds=30),
)
_PATIENCE_S = (2, 4, 8)
"""Waits before a step is asked again whose service was not there, or wanted to be left alone."""

_STATUS_LIMIT_BYTES = 15 * 1024
"""Durable Functions ends a custom status at 16 KB of UTF-16; a listener has seen what is dropped."""

_TEXT_LIMIT = 240


class StepFailed(Exception):  # noqa: N818 - not a fault of the program: the story's own way to end early
    """A step ended the story; `late` where it was only the deadline that did."""

    def __init__(self, cause: Cause, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
        self.late = late


class Telling:
    """The story so far, as the orchestration's custom status, and seconds by step.

    The status: `events`, each `{at, kind, text, passed, seconds}` with kind `began`, `ended`, `note` or `undoing`;
    `first`, how many earlier ones are dropped; `children`, ids of orchestrations that tell their own part.
    """

    def __init__(self, ctx: "OrchestrationContext") -> None:
        self._ctx = ctx
        self._begun = ctx.current_utc_datetime
        self._step: tuple[str, str, datetime] | None = None
        self._events: list[dict[str, Any]] = []
        self._dropped = 0
        self._children: list[str] = []
        self.timings_s: dict[str, float] = {}

    def begin(self, key: str, title: str) -> None:
        """A step begins; one that is still open has failed."""
        self.end(passed=False)
        self._step = (key, title, self._ctx.current_utc_datetime)
        self._add("began", title)

    def end(self, *, passed: bool) -> None:
        """The open step is over; nothing when none is open."""
        if self._step is None:
            return
        key, title, since = self._step
        self._step = None
        seconds = (self._ctx.current_utc_datetime - since).total_seconds()
        self.timings_s[key] = round(self.timings_s.get(key, 0.0) + seconds, 3)
        self._add("ended", title, passed=passed, seconds=round(seconds, 3))

    def note(self, text: str) -> None:
        """Something changed."""
        self._add("note", text)

    def undoing(self, text: str) -> None:
        """Something is being undone."""
        self._add("undoing", text)

    def follow(self, children: Sequence[str]) -> None:
        """From now on these orchestrations tell, too."""
        self._children = list(children)
        self._show()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return round((self._ctx.current_utc_datetime - self._begun).total_seconds(), 3)

    def _add(self, kind: str, text: str, *, passed: bool = True, seconds: float = 0.0) -> None:
        at = self._ctx.current_utc_datetime.isoformat(timespec="microseconds")
        for line in text.splitlines() or [""]:
            event = {"at": at, "kind": kind, "text": line[:_TEXT_LIMIT], "passed": passed, "seconds": seconds}
            self._events.append(event)
        self._show()

    def _show(self) -> None:
        while self._events and _size_bytes(self._status()) > _STATUS_LIMIT_BYTES:
            self._events.pop(0)
            self._dropped += 1
        self._ctx.set_custom_status(self._status())

    def _status(self) -> dict[str, Any]:
        return {"first": self._dropped, "events": list(self._events), "children": self._children}


def _size_bytes(status: Mapping[str, Any]) -> int:
    """As the engine measures it: the JSON, in which other letters than ASCII are escaped, as UTF-16."""
    return len(json.dumps(status)) * 2


def call(ctx: "OrchestrationContext", name: str, job: Mapping[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """What the activity answers; a fault that may pass by itself is waited for.

    Raises:
        StepFailed: it answered with a fault, or failed after all retries.
    """
    for wait_s in (*_PATIENCE_S, None):
        try:
            answer = yield ctx.call_activity(name, input=dict(job), retry_policy=RETRY)
        except task.TaskFailedError as error:
            raise failure_of(error) from None
        if wait_s is None or not (answer.get("fault") or {}).get("may_pass"):
            break
        yield ctx.create_timer(timedelta(seconds=wait_s))
    return _sound(answer)


def call_all(
    ctx: "OrchestrationContext", name: str, jobs: Sequence[Mapping[str, Any]]
) -> "Generator[Task[Any], Any, list[dict[str, Any] | StepFailed]]":
    """The activity's answers to all jobs, asked at once; one that failed stands as its `StepFailed`, at once."""
    calls: list[Task[Any]] = [ctx.call_activity(name, input=dict(job), retry_policy=RETRY) for job in jobs]
    with suppress(task.TaskFailedError):  # each is looked at below
        yield task.when_all(calls)
    answers: list[dict[str, Any] | StepFailed] = []
    for one in calls:
        try:
            answers.append(failure_of(one.get_exception()) if one.is_failed else _sound(one.get_result()))
        except StepFailed as failed:
            answers.append(failed)
    return answers


def pause(
    ctx: "OrchestrationContext", seconds: float, stop: "CancellableTask[Any] | None" = None
) -> "Generator[Task[Any], Any]":
    """Wait so long, on a durable timer.

    Raises:
        StepFailed: somebody asked to stop, before or meanwhile.
    """
    if stop is not None and stop.is_complete:
        raise interrupted()
    timer = ctx.create_timer(timedelta(seconds=seconds))
    if stop is None:
        yield timer
        return
    yield task.when_any([timer, stop])
    if stop.is_complete:
        timer.cancel()
        raise interrupted()


def interrupted() -> StepFailed:
    """The end of a story that somebody asked to stop."""
    return StepFailed(Cause.INTERRUPTED, "Interrupted before it ended.")


def failure_of(error: task.TaskFailedError) -> StepFailed:
    """What an activity raised is a defect, named: faults of services are answers (`activities`)."""
    name = error.details.error_type.rsplit(".", 1)[-1]
    return StepFailed(Cause.DEFECT, f"{name}: {error.details.message or name}")


def _sound(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    fault = answer.get("fault")
    if fault is not None:
        raise StepFailed(Cause(fault["cause"]), fault["reason"])
    found: dict[str, Any] = answer
    return found
