"""What a verification found out: probe by probe, region by region, and as a whole."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from imagegate.model.probe import Attempt
from imagegate.model.verdict import TeardownResult, Verdict

_REFUSED = " was refused."
_ID_LINE = re.compile(r"\s+[a-z][a-z -]*: ")
"""As errors end with them: `  request id: …`. The codes of a service begin with a capital."""


class Cause(StrEnum):
    """Why a verification ended as it did, finer than its verdict. Only `image` blames the image."""

    NONE = "none"
    IMAGE = "image"
    UNUSABLE = "unusable"
    CAPACITY = "capacity"
    POLICY = "policy"
    THROTTLING = "throttling"
    LIMIT = "limit"
    SERVICE = "service"
    NOT_AUTHORISED = "not-authorised"
    UNREACHED = "unreached"
    INTERRUPTED = "interrupted"
    DEFECT = "defect"

    @property
    def verdict(self) -> Verdict:
        """What the cause says about the image: nothing, unless it came as far as a smoke VM."""
        return {Cause.NONE: Verdict.PASSED, Cause.IMAGE: Verdict.FAILED}.get(self, Verdict.INCONCLUSIVE)

    @property
    def exit_code(self) -> int:
        """As the table of exit codes has it."""
        special = {
            Cause.UNUSABLE: 4,
            Cause.SERVICE: 7,
            Cause.NOT_AUTHORISED: 9,
            Cause.INTERRUPTED: 130,
            Cause.DEFECT: 1,
        }
        return special.get(self, self.verdict.exit_code)


@dataclass(frozen=True, kw_only=True)
class ProbeResult:
    """A probe with its attempts; of a row of attempts that ended alike only the first and the last are kept.

    `phase` is `first-boot` or `after-reboot`; `attempt_count` counts those left out, too.
    """

    probe: str
    url: str
    phase: str
    passed: bool
    attempt_count: int
    attempts: tuple[Attempt, ...]

    @classmethod
    def of(cls, probe: str, *, url: str, phase: str, attempts: Iterable[Attempt]) -> Self:
        """From all attempts, in their order."""
        made = tuple(attempts)
        return cls(
            probe=probe,
            url=url,
            phase=phase,
            passed=bool(made) and made[-1].passed,
            attempt_count=len(made),
            attempts=_thinned(made),
        )

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            probe=body["probe"],
            url=body["url"],
            phase=body["phase"],
            passed=body["passed"],
            attempt_count=body["attempt_count"],
            attempts=tuple(Attempt.from_json(attempt) for attempt in body["attempts"]),
        )

    def to_json(self) -> dict[str, Any]:
        """All fields by name; `status` and `detail` are the last attempt's."""
        last = self.attempts[-1] if self.attempts else None
        return {
            "probe": self.probe,
            "url": self.url,
            "phase": self.phase,
            "passed": self.passed,
            "status": last.status if last else None,
            "detail": last.detail if last else "not asked",
            "attempt_count": self.attempt_count,
            "attempts": [attempt.to_json() for attempt in self.attempts],
        }


def _thinned(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """First and last of each row of like attempts: an hour of "connection refused" is two lines."""
    kept: list[Attempt] = []
    for attempt in attempts:
        if len(kept) >= 2 and all(_alike(attempt, before) for before in kept[-2:]):
            kept[-1] = attempt
        else:
            kept.append(attempt)
    return tuple(kept)


def _alike(one: Attempt, other: Attempt) -> bool:
    return (one.passed, one.status, one.detail) == (other.passed, other.status, other.detail)


@dataclass(frozen=True, kw_only=True)
class TriedPlace:
    """A region and size where there was no capacity for the smoke VM."""

    region: str
    vm_size: str
    reason: str

    @classmethod
    def from_json(cls, body: Mapping[str, Any] | str) -> Self:
        """The inverse of `to_json`; older releases wrote `<size> in <region>: <reason>`."""
        if isinstance(body, str):
            size, _, rest = body.partition(" in ")
            region, _, reason = rest.partition(": ")
            return cls(region=region, vm_size=size, reason=reason)
        return cls(region=body["region"], vm_size=body["vm_size"], reason=body["reason"])

    def to_json(self) -> dict[str, str]:
        """All fields by name."""
        return {"region": self.region, "vm_size": self.vm_size, "reason": self.reason}


def innermost_line(reason: str) -> str:
    """The line of the innermost cause: the service's errors are indented by depth, outermost first.

    What was tried stands before them, and ids after them.
    """
    lines = [line for line in reason.splitlines() if line.strip() and not _ID_LINE.match(line)]
    if len(lines) > 1 and lines[0].endswith(_REFUSED):
        del lines[0]
    return max(lines, key=lambda line: len(line) - len(line.lstrip()), default="").strip()


@dataclass(frozen=True, kw_only=True)
class RegionOutcome:
    """One region's smoke VM: what it said, what it took (seconds by step), and what became of it.

    `region` and `vm_size` are the place of the last VM; `tried` are all places without capacity, in their order.
    `created` and `left` are resource ids.
    """

    region: str
    vm_size: str
    vm_name: str
    cause: Cause
    reason: str
    teardown: TeardownResult
    probes: tuple[ProbeResult, ...] = ()
    tried: tuple[TriedPlace, ...] = ()
    created: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    timings_s: Mapping[str, float] = field(default_factory=dict)
    serial_log: str | None = None
    diagnostics: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """What the region says about the image."""
        return self.cause.verdict

    @property
    def places(self) -> tuple[TriedPlace, ...]:
        """Every place that was tried, the last one included, each once."""
        last = TriedPlace(region=self.region, vm_size=self.vm_size, reason=innermost_line(self.reason))
        known = {(one.region, one.vm_size) for one in self.tried}
        return self.tried if (last.region, last.vm_size) in known else (*self.tried, last)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            region=body["region"],
            vm_size=body["vm_size"],
            vm_name=body["vm_name"],
            cause=Cause(body["cause"]),
            reason=body["reason"],
            teardown=TeardownResult(body["teardown"]),
            probes=tuple(ProbeResult.from_json(probe) for probe in body["probes"]),
            tried=tuple(TriedPlace.from_json(one) for one in body["tried"]),
            created=tuple(body["resources_created"]),
            left=tuple(body["resources_left"]),
            timings_s=dict(body["timings_s"]),
            serial_log=body["serial_log"],
            diagnostics=dict(body["diagnostics"]),
        )

    def to_json(self) -> dict[str, Any]:
        """All fields by name, and the verdict."""
        return {
            "region": self.region,
            "vm_size": self.vm_size,
            "vm_name": self.vm_name,
            "verdict": str(self.verdict),
            "cause": str(self.cause),
            "reason": self.reason,
            "teardown": str(self.teardown),
            "probes": [probe.to_json() for probe in self.probes],
            "tried": [one.to_json() for one in self.tried],
            "resources_created": list(self.created),
            "resources_left": list(self.left),
            "timings_s": dict(self.timings_s),
            "serial_log": self.serial_log,
            "diagnostics": dict(self.diagnostics),
        }


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The result of `verify`: the verdict on the image, and beside it the fate of what was created for it.

    `may_promote` says that nothing but the proof of origin is missing; `published_at` (RFC 3339) names the version
    that was verified, since one made again has the same id. `latest` was read back after a promotion: by region, the
    version number that it resolves to.
    """

    image_version_id: str
    run: str
    cause: Cause
    reason: str
    teardown: TeardownResult
    regions: tuple[RegionOutcome, ...] = ()
    left: tuple[str, ...] = ()
    promoted: bool = False
    promotion: str = ""
    published_at: str = ""
    may_promote: bool = False
    latest: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    timings_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """What is said about the image."""
        return self.cause.verdict

    @property
    def exit_code(self) -> int:
        """What is left behind comes first; then the cause."""
        return 6 if self.teardown is TeardownResult.INCOMPLETE else self.cause.exit_code

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            image_version_id=body["image_version_id"],
            run=body["run"],
            cause=Cause(body["cause"]),
            reason=body["reason"],
            teardown=TeardownResult(body["teardown"]),
            regions=tuple(RegionOutcome.from_json(region) for region in body["regions"]),
            left=tuple(body["resources_left"]),
            promoted=body["promoted"],
            promotion=body["promotion"],
            published_at=body.get("published_at", ""),
            may_promote=body.get("may_promote", False),
            latest=dict(body.get("latest") or {}),
            notes=tuple(body["notes"]),
            timings_s=dict(body["timings_s"]),
        )

    def to_json(self) -> dict[str, Any]:
        """The object that `verify --json` prints."""
        return {
            "verdict": str(self.verdict),
            "cause": str(self.cause),
            "reason": self.reason,
            "teardown": str(self.teardown),
            "exit_code": self.exit_code,
            "image_version_id": self.image_version_id,
            "run": self.run,
            "promoted": self.promoted,
            "promotion": self.promotion,
            "published_at": self.published_at,
            "may_promote": self.may_promote,
            "latest": dict(self.latest),
            "notes": list(self.notes),
            "resources_created": [made for region in self.regions for made in region.created],
            "resources_left": list(self.left),
            "serial_log": next((region.serial_log for region in self.regions if region.serial_log), None),
            "timings_s": dict(self.timings_s),
            "probes": [{"region": r.region, **probe.to_json()} for r in self.regions for probe in r.probes],
            "regions": [region.to_json() for region in self.regions],
        }
