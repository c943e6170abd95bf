"""Drives an orchestrator by hand: durabletask's own tasks, completed by a table of answers; time moves with timers."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import Any

from durabletask import task

Json = dict[str, Any]
Answering = Callable[[Json], Any]


class FakeContext(task.OrchestrationContext):
    """An orchestration whose activities, sub-orchestrations and timers complete when it waits for them.

    `answers`: by the name of an activity, a function of its job, a value, or a list of them used one after the other
    (the last one stays); an exception among them is what the activity fails with. What is not in it fails the test.
    `at_timer` is called with the number of each timer that fires.
    """

    def __init__(self, answers: dict[str, Any], *, instance_id: str = "run") -> None:
        self.answers = answers
        self.calls: list[tuple[str, Json]] = []
        self.status: Any = None
        self.timers = 0
        self.sent: list[tuple[str, str]] = []
        self.events: dict[str, task.CancellableTask[Any]] = {}
        self.at_timer: Callable[[int], None] = lambda _number: None
        self._instance_id = instance_id
        self._now = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
        self._open: list[tuple[task.CompletableTask[Any], Callable[[], None]]] = []

    @property
    def instance_id(self) -> str:
        """As given."""
        return self._instance_id

    @property
    def parent_instance_id(self) -> str | None:
        """None."""
        return None

    @property
    def version(self) -> str | None:
        """None."""
        return None

    @property
    def current_utc_datetime(self) -> datetime:
        """Moves with timers alone."""
        return self._now

    @property
    def is_replaying(self) -> bool:
        """Never."""
        return False

    def set_custom_status(self, custom_status: Any) -> None:  # noqa: ANN401 - any JSON
        """Keep it."""
        self.status = custom_status

    def create_timer(self, fire_at: datetime | timedelta) -> task.TimerTask:
        """A timer that moves the clock when it fires."""
        at = fire_at if isinstance(fire_at, datetime) else self._now + fire_at
        timer = task.TimerTask()
        timer.set_cancel_handler(lambda: None)

        def fire() -> None:
            self.timers += 1
            self._now = max(self._now, at)
            self.at_timer(self.timers)
            if not timer.is_complete:
                timer.complete(None)

        self._open.append((timer, fire))
        return timer

    def call_activity(self, activity: Any, **options: Any) -> task.CompletableTask[Any]:  # noqa: ANN401 - durabletask's signature
        """Answered by the table."""
        return self._call(str(activity), options["input"])

    def call_sub_orchestrator(self, orchestrator: Any, **options: Any) -> task.CompletableTask[Any]:  # noqa: ANN401 - as above
        """Answered by the table."""
        return self._call(str(orchestrator), options["input"])

    def wait_for_external_event(self, name: str, **_: Any) -> task.CancellableTask[Any]:  # noqa: ANN401 - as above
        """Completed by `raise_event`."""
        event: task.CancellableTask[Any] = task.CancellableTask()
        self.events[name] = event
        return event

    def raise_event(self, name: str) -> None:
        """The event comes now."""
        self.events[name].complete(None)

    def send_event(self, instance_id: str, event_name: str, **_: Any) -> None:  # noqa: ANN401 - as above
        """Keep it."""
        self.sent.append((instance_id, event_name))

    def names(self) -> list[str]:
        """What was called, in order."""
        return [name for name, _ in self.calls]

    def complete_next(self) -> None:
        """Complete what was scheduled first; timers after everything else."""
        ordinary = [one for one in self._open if not isinstance(one[0], task.TimerTask)]
        chosen = (ordinary or self._open)[0]
        self._open.remove(chosen)
        chosen[1]()

    def forget_timers(self) -> None:
        """Timers that nobody waits for any longer do not move the clock."""
        self._open = [one for one in self._open if not isinstance(one[0], task.TimerTask)]

    def _call(self, name: str, job: Json) -> task.CompletableTask[Any]:
        self.calls.append((name, job))
        pending: task.CompletableTask[Any] = task.CompletableTask()

        def complete() -> None:
            answer = self._answer(name, job)
            if isinstance(answer, Exception):
                pending.fail(f"{name} failed", answer)
            else:
                pending.complete(answer)

        self._open.append((pending, complete))
        return pending

    def _answer(self, name: str, job: Json) -> Any:  # noqa: ANN401 - any JSON
        if name not in self.answers:
            raise AssertionError(f"no answer was set for {name} with {job}")
        given = self.answers[name]
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        return given(job) if callable(given) else given

    # What the stories do not use.
    def call_entity(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401, D102 - as above
        raise AssertionError

    def signal_entity(self, *_: Any, **__: Any) -> None:  # noqa: ANN401, D102 - as above
        raise AssertionError

    def lock_entities(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401, D102 - as above
        raise AssertionError

    def continue_as_new(self, *_: Any, **__: Any) -> None:  # noqa: ANN401, D102 - as above
        raise AssertionError

    def new_uuid(self) -> str:  # noqa: D102
        raise AssertionError

    def _exit_critical_section(self) -> None:
        raise AssertionError


def drive(ctx: FakeContext, story: Generator[task.Task[Any], Any, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Run an orchestrator to its end and return what it returns."""
    try:
        waited = next(story)
        while True:
            while not waited.is_complete:
                ctx.complete_next()
            ctx.forget_timers()
            waited = story.throw(waited.get_exception()) if waited.is_failed else story.send(waited.get_result())
    except StopIteration as end:
        return end.value
