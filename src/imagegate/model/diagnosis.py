"""What went wrong with a build, as far as its log and its error say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Category(StrEnum):
    """Kinds of causes; who has to act differs from kind to kind."""

    NONE = "none"
    UNKNOWN = "unknown"
    # In the guest, by what a customizer does.
    PACKAGE = "package"
    PACKAGE_LOCK = "package-lock"
    NETWORK = "network"
    DISK_FULL = "disk-full"
    RESOURCES = "resources"
    SCRIPT = "script"
    COMMAND_MISSING = "command-missing"
    GUEST_PERMISSION = "guest-permission"
    DOWNLOAD = "download"
    CHECKSUM = "checksum"
    DEPROVISION = "deprovision"
    WINDOWS_RESTART = "windows-restart"
    WINDOWS_UPDATE = "windows-update"
    VALIDATION = "validation"
    # Between the service and the guest.
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    # Azure's answer.
    PERMISSION = "permission"
    POLICY = "policy"
    QUOTA = "quota"
    CAPACITY = "capacity"
    THROTTLED = "throttled"
    PROVIDER_NOT_REGISTERED = "provider-not-registered"
    TEMPLATE_INVALID = "template-invalid"
    CONFLICT = "conflict"
    SOURCE_IMAGE = "source-image"
    DISTRIBUTE = "distribute"
    NETWORK_CONFIGURATION = "network-configuration"
    CLEANUP_BLOCKED = "cleanup-blocked"
    SERVICE_FAULT = "service-fault"


class Confidence(StrEnum):
    """`high`: the log says so itself. `medium`: it usually means this. `low`: the nearest thing to a reason."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in a file of the repository; line and column start at 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def to_json(self) -> dict[str, object]:
        """Only what is known."""
        fields = {"file": self.file, "line": self.line, "column": self.column}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line of the log without its prefix; `number` starts at 1, and 0 means the error message, not the log."""

    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class FailingCustomizer:
    """The step that failed, as the template has it where the template is known, else as the log names it.

    `index` counts from 0 among the steps of `section` ("customize", "validate", or "service" for the step that the
    service itself adds at the end); None when the log does not tell which one it was.
    """

    type: str
    section: str = "customize"
    index: int | None = None
    name: str = ""
    place: Place | None = None
    script_place: Place | None = None

    def __str__(self) -> str:
        which = f"{self.section}[{self.index}]" if self.index is not None else self.section
        return f'{which} "{self.name}" ({self.type})' if self.name else f"{which} ({self.type})"

    def to_json(self) -> dict[str, object]:
        """Parts by name; places as objects."""
        return {
            "type": self.type,
            "section": self.section,
            "index": self.index,
            "name": self.name,
            "place": self.place.to_json() if self.place else None,
            "script_place": self.script_place.to_json() if self.script_place else None,
        }


@dataclass(frozen=True, kw_only=True)
class CustomizerTiming:
    """How long a step took; times and duration are None where the log has no timestamps."""

    index: int
    type: str
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def duration_s(self) -> float | None:
        """Seconds from start to end."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.started_at).total_seconds())

    def to_json(self) -> dict[str, object]:
        """Times in RFC 3339 without a zone where the log has none."""
        return {
            "index": self.index,
            "type": self.type,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "duration_s": self.duration_s,
        }


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The root cause of a failed build.

    Args:
        category: the kind of cause; `none` when there is no failure, `unknown` when the log does not tell.
        cause: a stable name of the rule that found it, such as `apt-package-unknown`; empty when none did.
        root_cause: one sentence; what happened.
        meaning: what it usually means.
        next_step: what to do.
        signal: the line that gave it away, without its prefix.
        lines: the lines that matter, in the order of the log.
        exit_status: what the failing script returned.
    """

    category: Category
    root_cause: str
    confidence: Confidence
    cause: str = ""
    meaning: str = ""
    next_step: str = ""
    signal: str = ""
    lines: tuple[LogLine, ...] = ()
    customizer: FailingCustomizer | None = None
    exit_status: int | None = None

    @property
    def failed(self) -> bool:
        """Whether there was a failure at all."""
        return self.category is not Category.NONE

    @property
    def place(self) -> Place | None:
        """Where to look in the repository: the script's own line where it is known, else the step in the template."""
        if self.customizer is None:
            return None
        return self.customizer.script_place or self.customizer.place

    def map_texts(self, change: Callable[[str], str]) -> "Diagnosis":
        """The same with every text changed that comes from the log or the template."""
        customizer = self.customizer
        return replace(
            self,
            root_cause=change(self.root_cause),
            meaning=change(self.meaning),
            next_step=change(self.next_step),
            signal=change(self.signal),
            lines=tuple(replace(line, text=change(line.text)) for line in self.lines),
            customizer=replace(customizer, name=change(customizer.name)) if customizer else None,
        )

    def __str__(self) -> str:
        """Cause, place, meaning, next step, and the lines with their numbers."""
        parts = [self.root_cause]
        if self.customizer is not None:
            parts.append(f"  at {self.customizer}" + (f", {self.place}" if self.place else ""))
        parts += [text for text in (self.meaning, self.next_step) if text]
        parts += [f"  {line.number or '-':>6}  {line.text}" for line in self.lines]
        return "\n".join(parts)

    def to_json(self) -> Mapping[str, object]:
        """All parts by name."""
        return {
            "category": str(self.category),
            "cause": self.cause,
            "root_cause": self.root_cause,
            "meaning": self.meaning,
            "next_step": self.next_step,
            "confidence": str(self.confidence),
            "signal": self.signal,
            "exit_status": self.exit_status,
            "customizer": self.customizer.to_json() if self.customizer else None,
            "place": self.place.to_json() if self.place else None,
            "lines": [{"number": line.number, "text": line.text} for line in self.lines],
        }
