"""A JSON text with its value and the place of everything in it."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from armtemplate.errors import Fault, TemplateFaults
from armtemplate.json_grammar import JsonSyntaxError, read_json
from armtemplate.json_marks import Mark
from armtemplate.json_types import Value
from armtemplate.limits import TEMPLATE_BYTES
from armtemplate.positions import JsonPath, LineIndex, Position

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed JSON text. `value` is plain Python; treat it as read only, the positions belong to it."""

    value: Value
    file: str
    text: str = field(repr=False)
    marks: Callable[[], Mark] = field(repr=False, compare=False)

    def position(self, json_path: JsonPath = ()) -> Position:
        """The place of the value at a path; the nearest thing above it where the path leads nowhere."""
        line, column = self._lines.line_and_column(self._offset(json_path))
        return Position(file=self.file, line=line, column=column)

    @cached_property
    def _lines(self) -> LineIndex:
        return LineIndex(self.text)

    @cached_property
    def _marks(self) -> Mark:
        return self.marks()

    def _offset(self, json_path: JsonPath) -> int:
        mark = self._marks
        for key in json_path:
            below = _below(mark, key)
            if below is None:
                break
            mark = below
        return mark.offset


def _below(mark: Mark, key: str | int) -> Mark | None:
    if isinstance(key, int):
        return mark.items[key] if mark.items is not None and 0 <= key < len(mark.items) else None
    found = (mark.members or {}).get(key)
    return None if found is None else found[1]


def parse_json(text: str | bytes, *, file: str = "<template>") -> Document:
    """Parses lenient JSON: comments, trailing commas, a byte order mark, CRLF, strings over several lines.

    Raises:
        TemplateFaults: with the one fault at which reading stopped.
    """
    decoded = _decoded(text, file)
    size_bytes = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size_bytes > TEMPLATE_BYTES:
        raise TemplateFaults(
            [Fault(message=f"{size_bytes} bytes are more than the {TEMPLATE_BYTES} that Azure takes", file=file)]
        )
    try:
        value, marks = read_json(decoded)
    except JsonSyntaxError as error:
        line, column = LineIndex(decoded).line_and_column(error.offset)
        raise TemplateFaults([Fault(message=error.message, file=file, line=line, column=column)]) from None
    return Document(value=value, file=file, text=decoded, marks=marks)


def _decoded(text: str | bytes, file: str) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if text.startswith(mark)), "utf-8")
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"the file is not {encoding} text (byte {error.start}); save it as UTF-8"
        raise TemplateFaults([Fault(message=message, file=file, line=1, column=1)]) from None
