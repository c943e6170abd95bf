"""Watch a run until it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from imagegate.errors import Inconclusive, ServiceError
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, Run, RunSubState
from imagegate.waiting import Clock, Deadline, Look, poll

HEARTBEAT_S = 28
"""People are told something at least every half minute, also while the service wants to be left alone for longer."""
_SHORTEST_PAUSE_S = 0.2
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_SHARE_OF_ELAPSED = 0.25
_FREQUENT_FOR_S = 300
_PATIENCE_WITH_ERRORS_S = 300


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The run as it ended, the template with it, the last sub-state, and the seconds that each sub-state was seen."""

    template: ImageTemplate
    run: Run
    substates: Mapping[str, float]
    last_sub_state: RunSubState | None


def await_run(
    templates: ImageTemplates,
    name: str,
    started: Run,
    *,
    retry_after_s: float | None,
    deadline: Deadline,
    note: Callable[[str], None],
    follow: Callable[[str], None] | None = None,
) -> Watched:
    """Wait until the run has ended, and return how. `follow` is called with the staging group after every good look.

    Tells one line a change of state, and a heartbeat at least every 30 s. Asks as often as the service wants (in the
    first five minutes, then at most every 30 s); where it does not say, after a share of the time that has passed, so
    that a short run is not waited for longer than it took and a long one costs fewer than a hundred requests. It is
    known to answer 500 and 404 for a template whose run goes on and succeeds, so errors count only after five minutes
    without a good answer.

    Raises:
        DeadlinePassed: the run goes on beyond the deadline.
        ServiceError, Inconclusive: no good answer for five minutes; the run may be going on.

    Source: `lastRunStatus` in the image builder REST specification; errors: danielsollondon/azvmimagebuilder#129.
    """
    watch = _Watch(started=started, clock=deadline.clock, note=note)

    def look() -> Look[Watched]:
        if not watch.is_due and not deadline.passed:
            watch.beat()
            return Look(retry_after_s=watch.nap_s)
        watch.rest(_pause(watch.elapsed_s, retry_after_s))
        try:
            found = templates.find(name)
        except (ServiceError, Inconclusive) as error:
            watch.failed(error)
            return Look(retry_after_s=watch.nap_s)
        if found is None or found.run is None:
            watch.failed(ServiceError(f'The image template "{name}" does not show its run any more.'))
            return Look(retry_after_s=watch.nap_s)
        watch.saw(found.run)
        if follow is not None:
            follow(found.staging_resource_group)
        if not found.run.ended:
            return Look(retry_after_s=watch.nap_s)
        seen = Watched(template=found, run=found.run, substates=watch.finished(), last_sub_state=watch.last_sub_state)
        return Look(value=seen)

    return poll(look, deadline=deadline, what=f'the run of the image template "{name}"')


def _pause(elapsed_s: float, retry_after_s: float | None) -> float:
    if retry_after_s is None:
        return min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, elapsed_s * _SHARE_OF_ELAPSED))
    if elapsed_s > _FREQUENT_FOR_S:
        return max(_LONGEST_PAUSE_S, retry_after_s)
    return max(_SHORTEST_PAUSE_S, min(retry_after_s, _LONGEST_PAUSE_S))


@dataclass(kw_only=True)
class _Watch:
    """What has been seen so far, and when it was last told."""

    started: Run
    clock: Clock
    note: Callable[[str], None]
    substates: dict[str, float] = field(default_factory=dict)
    shown: str = ""
    last_sub_state: RunSubState | None = None
    key: str = ""
    begun_at: float = 0.0
    key_at: float = 0.0
    told_at: float = 0.0
    good_at: float = 0.0
    due_at: float = 0.0

    def __post_init__(self) -> None:
        self.begun_at = self.key_at = self.told_at = self.good_at = self.clock.now()

    @property
    def elapsed_s(self) -> float:
        return self.clock.now() - self.begun_at

    @property
    def is_due(self) -> bool:
        """Whether the service wants to be asked again."""
        return self.clock.now() >= self.due_at

    @property
    def nap_s(self) -> float:
        """How long to sleep: until it is due, or until somebody wants to hear something."""
        now, tell_at = self.clock.now(), self.told_at + HEARTBEAT_S
        return max(0.0, self.due_at - now) if self.due_at <= tell_at else max(_SHORTEST_PAUSE_S, tell_at - now)

    def rest(self, pause_s: float) -> None:
        """From now on, leave the service alone for so long."""
        self.due_at = self.clock.now() + pause_s

    def beat(self) -> None:
        """Tell that it goes on, if nothing was told for a while."""
        now = self.clock.now()
        if now - self.told_at >= HEARTBEAT_S:
            self.told_at = now
            self.note(f"still {self.shown or 'waiting for news'} after {round(self.elapsed_s)} s")

    def saw(self, run: Run) -> None:
        now = self.clock.now()
        self.good_at = now
        self.last_sub_state = run.sub_state or self.last_sub_state
        key = str(run.sub_state or run.state).lower()
        self.substates[self.key or key] = self.substates.get(self.key or key, 0.0) + now - self.key_at
        self.key, self.key_at = key, now
        if str(run) != self.shown:
            self.shown, self.told_at = str(run), now
            self.note(f"{run}" if self.elapsed_s < 1 else f"{run} after {round(self.elapsed_s)} s")
        else:
            self.beat()

    def failed(self, error: ServiceError | Inconclusive) -> None:
        now = self.clock.now()
        if now - self.good_at > _PATIENCE_WITH_ERRORS_S:
            raise error
        if now - self.told_at >= HEARTBEAT_S or self.good_at >= self.told_at:
            self.told_at = now
            self.note(f"no good answer about the run, asking on: {error.message.splitlines()[0]}")

    def finished(self) -> dict[str, float]:
        ends = {"succeeded", "failed", "canceled", "partiallysucceeded"}
        return {key: round(seconds, 3) for key, seconds in self.substates.items() if key not in ends}
