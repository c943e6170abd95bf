"""One line of the log: where it comes from and what it says, in every format since 2019."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from imagegate.diagnosis.log_text import clean_text, split_lines, unescape


class Channel(Enum):
    """Who speaks. `SAID` is Packer or the guest's error stream: both are printed alike."""

    GUEST = "guest"
    SAID = "said"
    VERDICT = "verdict"
    PACKER = "packer"
    DEBUG = "debug"
    PLAIN = "plain"
    MESSAGE = "message"


class Line(NamedTuple):
    """A line without its prefix. A tuple, since a log has half a million of them."""

    number: int
    channel: Channel
    text: str
    at: str | None = None


# [operation id] PACKER OUT|ERR 2023/06/13 08:28:58 ui: text   - every part may be absent.
_PREFIX = re.compile(
    r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?:?[ \t]+(?:stdout F |stderr F )?)?"
    r"(?:##\[\w+\])?"
    r"(?:\*\*)?(?:\[[^\]\s]{4,80}\][ \t]+(?=PACKER|\d{4}/|==>|-->))?"
    r"(?P<packer>PACKER(?:[ \t]+(?:OUT|ERR))?(?:[ \t]|$)|(?:OUT|ERR) (?=\d{4}/|==>|-->|[ \t]+azure))?"
    r"(?:(?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)[ \t]?)?"
    r"(?P<ui>ui(?: error| ask| say)?:(?: |$))?"
)
_BUILDER = re.compile(
    r"(?P<mark>==> |--> |[ \t]+)(?P<builder>(?:[\w-]{1,60}\.)?(?:azure|vhd|image)[\w.-]{0,60}):(?: |$)|"
    r"(?P<only>(?:==>|-->) )"
)
_PLUGIN = re.compile(r"(?:[\w./-]{1,80}(?: plugin)?: )?(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?")
_CHANNELS = {"==>": Channel.SAID, "-->": Channel.VERDICT, "": Channel.GUEST}

# Of Packer's own debug lines, which make up most of a log, only those with one of these words are of use.
_TELLING = re.compile(
    r"\(telemetry\)|exited with(?:out)? |Communicator ended with|machine readable|ERROR|Cancell?ing|client_jwt|"
    r"Retryable error|panic|fatal|Timeout|failed|disconnect|handshake|denied|StatusCode=[45]|Code=\"",
)


def read_lines(log: str) -> Iterator[Line]:
    """The lines of use, without prefixes. One pass; what Packer tells itself is left out unless it tells of trouble."""
    for number, raw in split_lines(clean_text(log)):
        line = read_line(number, raw)
        if line is not None:
            yield line


def read_line(number: int, raw: str) -> Line | None:
    """One line; None for an empty one and for debug output that tells nothing."""
    found = _PREFIX.match(raw)
    assert found is not None  # noqa: S101 - every part is optional
    text = raw[found.end() :]
    at = found["at"]
    if at is not None and found["ui"] is None:
        return _debug(number, text, at)
    builder = _BUILDER.match(text)
    if builder is not None:
        channel = _CHANNELS[(builder["mark"] or builder["only"]).strip()]
        if builder["only"] and channel is Channel.SAID:
            channel = Channel.PACKER
        text = text[builder.end() :]
    else:
        channel = Channel.PACKER if found["packer"] or found["ui"] else Channel.PLAIN
    text = unescape(text.rstrip())
    return Line(number, channel, text, at) if text.strip() else None


def _debug(number: int, text: str, at: str) -> Line | None:
    if _TELLING.search(text) is None:
        return None
    plugin = _PLUGIN.match(text)
    return Line(number, Channel.DEBUG, unescape(text[plugin.end() :] if plugin else text).rstrip(), at)


def parse_moment(at: str | None) -> datetime | None:
    """Packer's timestamp; it names no zone (the service runs in UTC). None when absent or not a date."""
    try:
        return datetime.strptime(at, "%Y/%m/%d %H:%M:%S") if at else None  # noqa: DTZ007 - the log names no zone
    except ValueError:
        return None
