"""Durations as people write them: `90s`, `20m`, `1h30m`."""

import re

_SECONDS = {"h": 3600, "m": 60, "s": 1}
_SHAPE = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)


def parse_duration(text: str | int) -> int:
    """Seconds of `90s`, `20m`, `1h30m`; a bare number is seconds.

    Raises:
        ValueError: another shape, or nothing at all.
    """
    if isinstance(text, int):
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f'"{text}" is not a duration: expected something like "90s", "20m" or "1h30m"')
    return sum(int(count or 0) * _SECONDS[unit] for count, unit in zip(found.groups(), "hms", strict=True))


def format_duration(seconds: float) -> str:
    """The shortest form that `parse_duration` reads back (whole seconds)."""
    rest = round(seconds)
    parts = []
    for unit, size in _SECONDS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
