"""Follows what the Function does about a build that brought no version: it closes the commit's statuses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from localazure.trial.observer import Observer
from localazure.trial.timeline import Timeline, line_of

_CLOSING = "close_failed_build"
_PATIENCE_S = 120.0
_INTERVAL_S = 0.3
_RUNNING = {"RUNNING", "PENDING", "SUSPENDED"}


@dataclass(kw_only=True)
class ClosingFollower:
    """Follows one closing to its end. `known` are the instances of earlier builds, which say nothing about this one."""

    observer: Observer
    say: Callable[[str], None]
    known: frozenset[str] = frozenset()
    timeline: Timeline = field(default_factory=Timeline)
    events: list[dict[str, Any]] = field(default_factory=list)

    def follow(self) -> dict[str, Any] | None:
        """`{state, description, posted}` of the closing; None, and that told, where there was none to be seen."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                sight = self.observer.look()
            except requests.RequestException as error:
                self.say(f"The local Functions host does not answer: {error}")
                return None
            self.events = sight.events
            mine = [one for one in sight.orchestrations if one["name"] == _CLOSING]
            mine = [one for one in mine if one["instance_id"] not in self.known]
            for entry in self.timeline.add(mine):
                self.say(line_of(entry))
            if mine and mine[0]["status"] not in _RUNNING:
                return self._ending(mine[0])
            time.sleep(_INTERVAL_S)
        self.say("The Function closed no statuses in time; its log says why.")
        return None

    def _ending(self, closing: dict[str, Any]) -> dict[str, Any] | None:
        output = closing["output"]
        if not isinstance(output, dict):
            self.say(f"Closing the statuses broke off: {closing['failure']}")
            return None
        self.say(f"Closed as {output.get('state', 'nothing')}: {output.get('description', output.get('reason'))}")
        return output


def closings_of(observer: Observer) -> frozenset[str]:
    """The ids of the closings that there are."""
    return frozenset(str(one["instance_id"]) for one in observer.look().orchestrations if one["name"] == _CLOSING)
