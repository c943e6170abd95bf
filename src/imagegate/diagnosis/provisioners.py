"""Which step ran when: the telemetry marks that bracket every customizer, or what Packer says where they are absent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from imagegate.diagnosis.log_line import Channel, Line, parse_moment, read_lines
from imagegate.model.diagnosis import CustomizerTiming

_MARK = re.compile(
    r"\(telemetry\) (?:(?P<start>Starting provisioner)|(?P<end>ending)|(?P<final>Finalizing)) ?(?P<type>[\w-]*)"
)
_SPOKEN = re.compile(
    r"(?P<shell>Provisioning with shell script: )|(?P<powershell>Provisioning with [Pp]owershell\.\.\.)|"
    r"(?P<restart>Restarting Machine$)|(?P<update>Running Windows update|Uploading the Windows update)|"
    r"(?P<file>Uploading \S+ => \S+)"
)
_SPOKEN_TYPES = {
    "shell": "shell",
    "powershell": "powershell",
    "restart": "windows-restart",
    "update": "windows-update",
    "file": "file",
}
_AFTER = re.compile(
    r"Querying the machine's properties|Powering off machine|Capturing image|Generalizing machine|Snapshot ID :|"
    r"Skipping image creation|Taking snapshot|Publishing to Shared Image Gallery"
)
_CLEANUP = re.compile(
    r"Deleting individual resources|Cleanup requested, deleting|Deleting resource group|deleting individual resources|"
    r"Removing the created Deployment object|Deleting the temporary OS disk|Deleting Virtual Machine deployment"
)
_LEADS = re.compile(
    r"Running builder|Creating resource group|Validating deployment template|Connected to (?:SSH|WinRM)|Waiting "
    r"for (?:SSH|WinRM)"
)


class Placed(NamedTuple):
    """A line, the step that it belongs to (-1: before the first), and whether the clean-up was already under way."""

    line: Line
    step: int
    cleaning: bool


@dataclass(kw_only=True)
class Step:
    """A provisioner as it ran."""

    type: str
    started: str | None
    ended: str | None = None
    has_ended: bool = False


@dataclass(kw_only=True)
class Course:
    """How the build went: its steps in order, and its lines with their steps."""

    steps: list[Step]
    lines: list[Placed]
    finalized: bool = False
    went_on: bool = False
    from_the_start: bool = False


def read_course(lines: Iterable[Line]) -> Course:
    """Put every line to its step. Lines after a step's end belong to it until the next begins: errors are told late."""
    course = Course(steps=[], lines=[])
    cleaning = False
    spoken = True
    for line in lines:
        if line.channel is Channel.DEBUG and "(telemetry)" in line.text:
            spoken = _take_mark(course, line, spoken=spoken)
            continue
        if line.channel in {Channel.SAID, Channel.PACKER, Channel.PLAIN}:
            if spoken and _take_spoken(course, line):
                cleaning = False
            if not cleaning and _AFTER.search(line.text):
                course.went_on = True
            cleaning = cleaning or _CLEANUP.search(line.text) is not None
            if not course.steps and _LEADS.search(line.text):
                course.from_the_start = True
        course.lines.append(Placed(line, len(course.steps) - 1, cleaning))
    return course


def _take_mark(course: Course, line: Line, *, spoken: bool) -> bool:
    """A telemetry mark; from the first one on, what Packer says is no longer needed to tell the steps apart."""
    found = _MARK.search(line.text)
    if found is None:
        return spoken
    if spoken and course.steps:
        # What was guessed before the first mark is the step that the mark speaks of.
        course.steps.clear()
        course.lines = [placed._replace(step=-1) for placed in course.lines]
    if found["start"]:
        course.steps.append(Step(type=found["type"], started=line.at))
    elif found["end"] and course.steps and not course.steps[-1].has_ended:
        course.steps[-1].ended = line.at
        course.steps[-1].has_ended = True
    elif found["final"]:
        course.finalized = True
    return False


def _take_spoken(course: Course, line: Line) -> bool:
    found = _SPOKEN.search(line.text) if line.channel is not Channel.PLAIN else None
    if found is None or found.lastgroup is None:
        return False
    kind = _SPOKEN_TYPES[found.lastgroup]
    if kind == "windows-update" and course.steps and course.steps[-1].type == kind and not course.steps[-1].has_ended:
        return False
    if course.steps:
        course.steps[-1].has_ended = True
        course.steps[-1].ended = line.at
    course.steps.append(Step(type=kind, started=line.at))
    return True


def timings(log: str) -> tuple[CustomizerTiming, ...]:
    """How long each step took, the service's own last step included.

    A step that has not ended (the log of a running build, or a cut one) has no end.
    """
    return tuple(_timings(read_course(read_lines(log))))


def _timings(course: Course) -> Iterator[CustomizerTiming]:
    for index, step in enumerate(course.steps):
        yield CustomizerTiming(
            index=index, type=step.type, started_at=parse_moment(step.started), ended_at=parse_moment(step.ended)
        )
