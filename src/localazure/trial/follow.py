"""Follows what the Function does with a version: the events that reach it, its orchestrations, the verdict."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from localazure.trial.observer import Observer, Sight
from localazure.trial.processes import CommandResult
from localazure.trial.timeline import Timeline, line_of
from localazure.wake import Wake

_VERIFICATION, _PROOF = "verify_for_commit", "verify_image_version"
_BEGIN_S = 300
"""How long after the build the Function may take to begin; events are delivered again within this."""

_INTERVAL_S = 0.3
_INTERRUPTED, _SERVICE, _DEFECT = 130, 7, 1  # exit codes of imagegate
_RUNNING = {"RUNNING", "PENDING", "SUSPENDED"}

Say = Callable[[str], None]


@dataclass(kw_only=True)
class Follower:
    """Follows one verification to its end, and tells it line by line.

    `events` are those that were delivered to the Function, `timeline` what its orchestrations told.
    """

    observer: Observer
    image_version_id: str
    say: Say
    timeline: Timeline = field(default_factory=Timeline)
    events: list[dict[str, Any]] = field(default_factory=list)

    def follow(self) -> CommandResult:
        """Wait for the verdict; the result as `imagegate verify` would have ended.

        Ctrl-C and SIGTERM ask the verification to tear down, and it is waited for; a second one gives up on it.
        """
        started = time.monotonic()
        with _signals() as signals:
            code, document = self._until_ended(signals, started + _BEGIN_S)
        return CommandResult(exit_code=code, document=document, seconds=time.monotonic() - started)

    def _until_ended(self, signals: _Signals, begin_by: float) -> tuple[int, dict[str, Any]]:
        asked = False
        while True:
            try:
                sight = self.observer.look()
            except requests.RequestException as error:
                return _SERVICE, _failed("FunctionNotReached", f"The local Functions host does not answer: {error}")
            self._tell(sight)
            verification = self._verification(sight)
            if verification is not None and verification["status"] not in _RUNNING:
                return _ending(verification)
            if signals.count > 1 or (signals.count and verification is None):
                return _INTERRUPTED, _failed("Interrupted", "Interrupted before the Function had its verdict.")
            if signals.count and not asked and verification is not None:
                asked = self._interrupt(sight, str(verification["instance_id"]))
            if verification is None and time.monotonic() > begin_by:
                text = f"The Function began no verification within {_BEGIN_S} s; its log says why."
                return _SERVICE, _failed("NoVerification", text)
            signals.wait(_INTERVAL_S, asked=asked)

    def _interrupt(self, sight: Sight, verification_id: str) -> bool:
        """Whether the part of it that tears down was there to be asked."""
        proofs = [one for one in sight.orchestrations if one["instance_id"] == f"{verification_id}-verify"]
        if not proofs:
            return False
        self.say("Interrupted: the Function tears down; interrupt again to leave that to the end of its cloud.")
        self.observer.interrupt(str(proofs[0]["instance_id"]))
        return True

    def _tell(self, sight: Sight) -> None:
        known = {(event["id"], event["subject"]) for event in self.events}
        for event in sight.events:
            if (event["id"], event["subject"]) in known:
                continue
            known.add((event["id"], event["subject"]))
            self.events.append(event)
            self.say(f"Event delivered to {event['function']}: {event['type']}, id {event['id']}")
            self.say(f"  subject {event['subject']}")
        for entry in self.timeline.add([one for one in sight.orchestrations if self._is_of_it(one, sight)]):
            self.say(line_of(entry))

    def _verification(self, sight: Sight) -> dict[str, Any] | None:
        mine = [one for one in sight.orchestrations if one["name"] == _VERIFICATION and self._names_it(one)]
        return mine[0] if mine else None

    def _is_of_it(self, one: dict[str, Any], sight: Sight) -> bool:
        verification = self._verification(sight)
        return verification is not None and str(one["instance_id"]).startswith(str(verification["instance_id"]))

    def _names_it(self, one: dict[str, Any]) -> bool:
        job = one["input"] if isinstance(one["input"], dict) else {}
        return str(job.get("image_version_id", "")).lower() == self.image_version_id.lower()


def _ending(verification: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    output = verification["output"]
    if verification["failure"] or not isinstance(output, dict):
        reason = verification["failure"] or f"it ended as {verification['status']}"
        return _DEFECT, _failed("OrchestrationFailed", f"The Function's verification broke off: {reason}")
    code = int(output["exit_code"])
    error = _failed(f"verification-{output['cause']}", str(output["reason"])) if code else {}
    return code, {**output, **error}


def _failed(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


class _Signals:
    """Counts SIGINT and SIGTERM, and wakes who waits."""

    def __init__(self) -> None:
        self.count = 0
        self._came = Wake()

    def take(self, *_: object) -> None:
        """A signal came."""
        self.count += 1
        self._came.set()

    def wait(self, seconds: float, *, asked: bool) -> None:
        """Until the next look; at once when a signal comes that nobody has answered yet."""
        if asked or self.count:
            self._came.clear()
        self._came.wait(seconds)


@contextmanager
def _signals() -> Iterator[_Signals]:
    signals = _Signals()
    previous = {number: signal.signal(number, signals.take) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
