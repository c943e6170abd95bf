"""A first reading of a build log: which customizer failed, with what status, and what it said last; pure."""

import re
from dataclasses import dataclass

_PREFIX = re.compile(
    r"^\[[0-9a-fA-F-]{8,}\]\s+PACKER\s+"
    r"(?:(?:OUT|ERR)\s+)?"
    r"(?:\d{4}/\d{2}/\d{2}\s+\d{2}:\d{2}:\d{2}\s+)?"
    r"(?:ui(?:\s+error)?:\s?)?"
)
_SPEAKER = re.compile(r"^(?:==>|-->)?\s*(?:azure-arm|null)(?:\.\w+)?:\s?")
_STARTING = re.compile(r"\(telemetry\) Starting provisioner (?P<type>\S+)")
_ENDING = re.compile(r"\(telemetry\) ending (?P<type>\S+)")
_STATUS = re.compile(r"Script exited with non-zero exit status: (?P<status>\d+)")
_FAILED = re.compile(r"Build '[^']*' errored|Some builds didn't complete successfully|Script exited with non-zero")
_NOISE = re.compile(r"\(telemetry\)|Provisioning with |^\[DEBUG\]|packer-|plugin:|^\s*$", re.IGNORECASE)
_LAST_LINES = 12


@dataclass(frozen=True, kw_only=True)
class LogReading:
    """What the log says about a failure.

    `index` counts the steps that began, from 0: customizers first, then validators. None when the log has no step that
    failed. `last_lines` are the last lines that the step itself wrote.
    """

    index: int | None
    type: str
    exit_status: int | None
    last_lines: tuple[str, ...]


def read_customization_log(text: str) -> LogReading:
    """Read a log of either era of the line format; what is not understood is left out.

    Source: image builder troubleshooting guide; lines lost the words OUT and ERR in September 2023.
    """
    begun, kind, status, failed = -1, "", None, False
    spoken: list[str] = []
    for raw in text.splitlines():
        line = _PREFIX.sub("", raw)
        if found := _STARTING.search(line):
            begun, kind, spoken = begun + 1, found["type"], []
        elif _ENDING.search(line) and not failed:
            kind = ""
        if found := _STATUS.search(line):
            status = int(found["status"])
        failed = failed or bool(_FAILED.search(line))
        said = _SPEAKER.sub("", line).rstrip()
        if not failed and said and not _NOISE.search(line):
            spoken.append(said)
    return LogReading(
        index=begun if failed and begun >= 0 else None,
        type=kind if failed else "",
        exit_status=status,
        last_lines=tuple(spoken[-_LAST_LINES:]),
    )
