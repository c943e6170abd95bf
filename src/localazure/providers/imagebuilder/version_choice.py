"""Which number a new image version gets (image-builder-json, "versioning")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from localazure.providers.imagebuilder.failures import SubmissionFailed

_NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")
Number = tuple[int, int, int]


def next_number(existing: Iterable[str], versioning: Mapping[str, Any] | None, *, source_version: str) -> str:
    """The number for a target without one.

    `Latest` (the default) raises the patch of the highest number, or of the highest within `major`: with 0.1.2, 1.2.0
    and 2.1.0 present, no major or 2 gives 2.1.1, 1 gives 1.2.1 and 0 gives 0.1.3. Where nothing is there yet it starts
    at `major`.0.1. `Source` takes the source's own number, and the next patch when that is taken.
    """
    present = {number for name in existing if (number := _parsed(name)) is not None}
    rule = versioning or {"scheme": "Latest"}
    if rule["scheme"] == "Source":
        return _text(_from_source(present, source_version))
    major = int(rule.get("major", -1))
    candidates = [number for number in present if major in (-1, number[0])]
    if not candidates:
        return _text((max(major, 0), 0, 1))
    highest = max(candidates)
    return _text((highest[0], highest[1], highest[2] + 1))


def _from_source(present: set[Number], source_version: str) -> Number:
    number = _parsed(source_version)
    if number is None:
        message = f"The source image's version '{source_version}' is no <major>.<minor>.<patch> number."
        raise SubmissionFailed("BadSharedImageDistribute", message)
    while number in present:
        number = (number[0], number[1], number[2] + 1)
    return number


def _parsed(name: str) -> Number | None:
    found = _NUMBER.fullmatch(name)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _text(number: Number) -> str:
    return ".".join(str(part) for part in number)
