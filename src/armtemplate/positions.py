"""Where a thing stands: the path inside the JSON, and the place in the file."""

from bisect import bisect_right
from dataclasses import dataclass

type JsonKey = str | int
type JsonPath = tuple[JsonKey, ...]
# A path under construction: the last key first, shared with everything above it, so that walking a document allocates
# little.
type PathLink = tuple[PathLink, JsonKey] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def unlink(link: PathLink) -> JsonPath:
    """Turns a path under construction into the path from the root."""
    keys: list[JsonKey] = []
    while link is not None:
        link, key = link
        keys.append(key)
    return tuple(reversed(keys))


def path_text(path: JsonPath) -> str:
    """Prints a path the way ARM does: `resources[0].properties.source`; names that are no words stand in brackets."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif key.replace("-", "_").replace("$", "_").isidentifier():
            text += f".{key}" if text else key
        else:
            text += f"['{key}']"
    return text


class LineIndex:
    """Finds line and column of an offset in a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
