"""Timer triggers: NCRONTAB schedules on the cloud's clock."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from cronsim import CronSim, CronSimError

from localazure.clock import Clock, sleep_until, timestamp

_SETTING = re.compile(r"%([^%]+)%")


class BadSchedule(Exception):  # noqa: N818 - the name says what happened
    """A timer's schedule cannot be read."""


def next_due(schedule: str, after: datetime, settings: Mapping[str, str]) -> datetime:
    """When a schedule is due next; `%NAME%` takes an application setting, six fields begin with the seconds.

    Raises:
        BadSchedule: it is no NCRONTAB expression, or its setting is missing.
    """
    named = _SETTING.fullmatch(schedule)
    expression = settings.get(named[1], "") if named else schedule
    fields = expression.split()
    try:
        return next(CronSim(" ".join(fields if len(fields) == 6 else ["0", *fields]), after))
    except (CronSimError, StopIteration) as error:
        raise BadSchedule(f"'{expression}' is no schedule of five or six fields") from error


def timer_request(*, last: datetime | None, due: datetime | None, past_due: bool = False) -> str:
    """What a timer trigger is given, as the host's timer extension writes it."""
    never = "0001-01-01T00:00:00"
    shown = timestamp(last) if last else never
    following = timestamp(due) if due else never
    status = f'{{"Last":"{shown}","Next":"{following}","LastUpdated":"{shown}"}}'
    late = "true" if past_due else "false"
    return f'{{"Schedule":{{"AdjustForDST":true}},"ScheduleStatus":{status},"IsPastDue":{late}}}'


class Timer:
    """Runs a function whenever its schedule is due; a run that takes longer than the interval delays the next."""

    def __init__(
        self, *, name: str, schedule: str, settings: Mapping[str, str], clock: Clock, run: Callable[[str], object]
    ) -> None:
        self._schedule = schedule
        self._settings = settings
        self._clock = clock
        self._run = run
        self._stop = threading.Event()
        first_due = next_due(schedule, clock.now(), settings)  # a schedule that cannot be read is a fault of the start
        self._thread = threading.Thread(target=self._loop, args=(first_due,), daemon=True, name=f"timer:{name}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(5)

    def _loop(self, due: datetime) -> None:
        last: datetime | None = None
        while not sleep_until(self._clock, due, self._stop):
            following = next_due(self._schedule, due, self._settings)
            self._run(timer_request(last=last, due=following))
            last = due
            due = next_due(self._schedule, max(self._clock.now(), due), self._settings)
