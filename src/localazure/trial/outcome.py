"""What a trial found out: one object for machines, made from what the product's commands printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localazure.trial.processes import CommandResult


@dataclass(kw_only=True)
class Outcome:
    """Grows with each command; complete when the cloud has stopped."""

    folder: str
    tier: str = ""
    cannot_prove: tuple[str, ...] = ()
    commands: dict[str, CommandResult] = field(default_factory=dict)
    timings_s: dict[str, float] = field(default_factory=dict)
    cloud_log: str = ""
    function_log: str | None = None
    serial_log: str | None = None  # where the commands do not say
    events: list[dict[str, Any]] = field(default_factory=list)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    closing: dict[str, Any] | None = None  # what the Function told of a build that brought no version
    statuses: list[dict[str, Any]] = field(default_factory=list)
    verdict_event: dict[str, Any] | None = None

    def add(self, name: str, result: CommandResult) -> None:
        """Keep a command's result: its seconds, and below it those of its own steps, in the order of time."""
        self.commands[name] = result
        self.timings_s[name] = round(result.seconds, 3)
        steps = _timings(result.document)
        steps.pop("total", None)  # less than the command took by the start of its process
        for step, seconds in steps.items():
            self.timings_s[f"{name}.{step}"] = seconds

    @property
    def exit_code(self) -> int:
        """That of the first command that did not end well, else 0."""
        return next((result.exit_code for result in self.commands.values() if result.exit_code), 0)

    def document(self) -> dict[str, Any]:
        """The final object of `try --json`. Keys of steps that did not run are null or empty."""
        build, verify = self._printed("build"), self._printed("verify")
        failed = next((name for name, result in self.commands.items() if result.exit_code), None)
        return {
            "verdict": verify.get("verdict"),
            "headline": verify.get("headline"),
            "reason": verify.get("reason"),
            "teardown": verify.get("teardown"),
            "image_version_id": build.get("image_version_id"),
            "promoted": verify.get("promoted"),
            "promotion": verify.get("promotion"),
            "latest": verify.get("latest") or {},
            "tier": self.tier,
            "cannot_prove": list(self.cannot_prove),
            "probes": verify.get("probes", []),
            "timings_s": dict(self.timings_s),  # in the order of time
            "resources_created": [*build.get("resources_created", []), *verify.get("resources_created", [])],
            "resources_left": verify.get("resources_left", []),
            "customization_log": build.get("customization_log") or _from_error(build, "customization_log"),
            "serial_log": verify.get("serial_log") or self.serial_log,
            "cloud_log": self.cloud_log,
            "function_log": self.function_log,
            "events": self.events,
            "timeline": self.timeline,
            "closing": self.closing,
            "statuses": self.statuses,
            "verdict_event": self.verdict_event,
            "image": self.folder,
            "failed_command": failed,
            "error": self._printed(failed).get("error") if failed else None,
            "exit_code": self.exit_code,
        }

    def _printed(self, name: str) -> Mapping[str, Any]:
        return self.commands[name].document if name in self.commands else {}


def _timings(document: Mapping[str, Any]) -> dict[str, float]:
    timings = document.get("timings_s") or document.get("timings") or {}
    return {str(name): round(float(seconds), 3) for name, seconds in timings.items()}


def _from_error(document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    error = document.get("error")
    return error.get(name) if isinstance(error, Mapping) else None
