"""Runs the product's orchestrations with its own activities, and time that moves with their timers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fake_orchestration import FakeContext, Json, drive
from roles.story import Told


def run(
    orchestrator: Callable[..., Any],
    job: Json,
    activities: Mapping[str, Callable[[Json], Any]],
    told: Told,
    *,
    at_timer: Callable[[FakeContext], None],
    children: tuple[Callable[..., Any], ...] = (),
) -> Json:
    """What the orchestration returns. `at_timer` is called with the context whose timer fires."""

    def child(orchestrator: Callable[..., Any]) -> Callable[[Json], Any]:
        return lambda job: run(orchestrator, job, activities, told, at_timer=at_timer)

    context = _Context({**activities, **{one.__name__: child(one) for one in children}}, told)
    context.at_timer = lambda _: at_timer(context)
    result: Json = drive(context, orchestrator(context, job))
    return result


class _Context(FakeContext):
    """Begins now, and passes on what the orchestration tells, each line once."""

    def __init__(self, answers: dict[str, Any], told: Told) -> None:
        super().__init__(answers, instance_id=f"run-{time.monotonic_ns()}")
        self._now = datetime.now(UTC)
        self._told = told
        self._shown = 0

    def set_custom_status(self, custom_status: Any) -> None:  # noqa: ANN401 - any JSON
        """Tell what is new."""
        events = custom_status["events"]
        for event in events[max(0, self._shown - custom_status["first"]) :]:
            self._told.note(str(event["text"]))
        self._shown = custom_status["first"] + len(events)
