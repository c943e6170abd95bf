"""Reads JSON the way Azure's tools accept it, and remembers where every value stands.

Templates in the wild hold comments, trailing commas, strings over several lines, single quotes and bare `<placeholder>`
tokens. The grammar takes all of them; what it does not take is a fault with its place. The parser is table driven
(LALR), so depth costs no stack.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, v_args

from armtemplate.json_marks import Mark, strict_marks
from armtemplate.json_types import BareToken, Value
from armtemplate.limits import JSON_DEPTH

GRAMMAR = r"""
    start: value
    ?value: object | array | scalar
    object: LBRACE [pair (_COMMA pair)* _COMMA?] _RBRACE
    pair: (STRING | SINGLE_QUOTED | WORD | PLACEHOLDER) _COLON value
    array: LSQB [value (_COMMA value)* _COMMA?] _RSQB
    scalar: STRING | SINGLE_QUOTED | NUMBER | WORD | PLACEHOLDER

    LBRACE: "{"
    _RBRACE: "}"
    LSQB: "["
    _RSQB: "]"
    _COMMA: ","
    _COLON: ":"
    STRING: /"[^"\\]*(?:\\.[^"\\]*)*"/s
    SINGLE_QUOTED: /'[^'\\]*(?:\\.[^'\\]*)*'/s
    NUMBER: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/
    WORD: /[A-Za-z_$][\w$-]*/
    PLACEHOLDER: /<[A-Za-z][\w .-]*>/
    COMMENT: /\/\/[^\n]*|\/\*.*?\*\//s
    BLANK: /[ \t\r\n\f\v\xa0\ufeff]+/
    %ignore BLANK
    %ignore COMMENT
"""
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_TOKEN_NAMES = {
    "_COMMA": "','",
    "_COLON": "':'",
    "_RBRACE": "'}'",
    "_RSQB": "']'",
    "LBRACE": "'{'",
    "LSQB": "'['",
    "STRING": "a string",
    "NUMBER": "a number",
    "$END": "the end of the file",
}


class JsonSyntaxError(Exception):
    """The text is no JSON; `offset` says where it stops being any."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def read_json(text: str) -> tuple[Any, Callable[[], Mark]]:
    """Reads one JSON value; returns it with what finds the marks of all that it holds.

    Nearly everything is strict JSON once comments and trailing commas are blanks: it needs no grammar, and its marks
    are found when somebody asks.

    Raises:
        JsonSyntaxError: at the first place that no reading explains.
    """
    _check_depth(text)
    strict = text
    try:
        value = _STRICT.decode(text)
    except (ValueError, RecursionError):
        strict = _without_comments(text)
        try:
            value = _STRICT.decode(strict)
        except (ValueError, RecursionError):
            value, mark = _read_leniently(text)
            return value, lambda: mark
    return value, lambda: strict_marks(strict)


_COMMENT = re.compile(r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|//[^\n]*|/\*.*?\*/""", re.DOTALL)
_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+"|(?<=[^\s,:\[{])(\s*+),(?=\s*[}\]])', re.DOTALL)


def _without_comments(text: str) -> str:
    """The text with blanks for comments and trailing commas; everything else keeps its place."""
    if "/" in text:
        text = _COMMENT.sub(lambda found: " " * len(found[0]) if found[0][0] == "/" else found[0], text)
    return _COMMA.sub(lambda found: found[0] if found[1] is None else f"{found[1]} ", text)


def _refused(constant: str) -> Value:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(digits)
    return number


_STRICT = json.JSONDecoder(strict=False, parse_constant=_refused, parse_float=_finite)


def _read_leniently(text: str) -> tuple[Any, Mark]:
    try:
        marked: _Marked = _parser().parse(text)
    except UnexpectedInput as error:
        raise _explained(error, text) from None
    return marked


type _Marked = tuple[Any, Mark]
_BRACKETS = re.compile(
    r""" "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' | //[^\n]* | /\*.*?\*/ | [][{}] """, re.DOTALL | re.VERBOSE
)


def _check_depth(text: str) -> None:
    """Refuses what is nested too deeply before the parser's own stack grows with it."""
    if text.count("[") + text.count("{") <= JSON_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        bracket = found[0]
        if bracket in "[{":
            depth += 1
            if depth > JSON_DEPTH:
                raise _too_deep(found.start())
        elif bracket in "]}":
            depth -= 1


def _too_deep(offset: int) -> JsonSyntaxError:
    return JsonSyntaxError(f"the JSON is nested more than {JSON_DEPTH} levels deep, which Azure does not read", offset)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Builds values while the parser runs, so that no tree is kept."""

    def start(self, marked: _Marked) -> _Marked:
        return marked

    def scalar(self, token: Token) -> _Marked:
        return _scalar(token), Mark(token.start_pos or 0)

    def pair(self, token: Token, marked: _Marked) -> tuple[str, int, _Marked]:
        name = _text(token) if token.type in _QUOTED else str(token)
        return name, token.start_pos or 0, marked

    def array(self, bracket: Token, *items: _Marked | None) -> _Marked:
        marked = [item for item in items if item is not None]
        marks = [mark for _, mark in marked]
        depth = 1 + max((mark.depth for mark in marks), default=0)
        return [value for value, _ in marked], _container(bracket, depth, items=marks)

    def object(self, brace: Token, *pairs: tuple[str, int, _Marked] | None) -> _Marked:
        values: dict[str, Any] = {}
        marks: dict[str, tuple[int, Mark]] = {}
        depth = 0
        for pair in pairs:
            if pair is not None:
                name, offset, (value, mark) = pair
                values[name] = value
                marks[name] = (offset, mark)
                depth = max(depth, mark.depth)
        return values, _container(brace, depth + 1, members=marks)


def _container(
    token: Token, depth: int, *, items: list[Mark] | None = None, members: dict[str, tuple[int, Mark]] | None = None
) -> Mark:
    offset = token.start_pos or 0
    if depth > JSON_DEPTH:
        raise _too_deep(offset)
    return Mark(offset, depth, items, members)


_QUOTED = ("STRING", "SINGLE_QUOTED")


def _scalar(token: Token) -> Value:
    if token.type in _QUOTED:
        return _text(token)
    if token.type == "NUMBER":
        return _number(token)
    if token.type == "PLACEHOLDER":
        return BareToken(token)
    if token.value in _WORDS:
        return _WORDS[token.value]
    raise JsonSyntaxError(f"'{token}' is no JSON value: text stands in double quotes", token.start_pos or 0)


def _number(token: Token) -> int | float:
    try:
        number: int | float = json.loads(token)
    except ValueError:  # more digits than Python turns into an int
        number = float(token)
    if number in (float("inf"), float("-inf")):
        raise JsonSyntaxError("the number is too large", token.start_pos or 0)
    return number


def _text(token: Token) -> str:
    """The text of a quoted token; line breaks inside are text, as they are for Azure's tools."""
    inner = token[1:-1]
    if "\\" not in inner:
        return inner
    if token.type == "SINGLE_QUOTED":
        inner = inner.replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except json.JSONDecodeError as error:
        offset = (token.start_pos or 0) + error.pos
        raise JsonSyntaxError(
            "the string holds an escape that JSON does not know; a backslash is written '\\\\'", offset
        ) from None


@cache
def _parser() -> Value:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder(), maybe_placeholders=False)


def _explained(error: UnexpectedInput, text: str) -> JsonSyntaxError:
    offset: int = getattr(error, "pos_in_stream", None) or 0
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return JsonSyntaxError(_unexpected(str(error.token), set(error.accepts or error.expected)), offset)
    if isinstance(error, UnexpectedToken | UnexpectedEOF):
        return JsonSyntaxError(
            "the text ends in the middle of a value" if text.strip() else "the file is empty", len(text)
        )
    if isinstance(error, UnexpectedCharacters) and text[offset : offset + 1] in "\"'":
        return JsonSyntaxError("the string that starts here is never closed", offset)
    return JsonSyntaxError(_unexpected(text[offset : offset + 1], set()), offset)


def _unexpected(found: str, accepts: set[str]) -> str:
    if found == "+":
        return "unexpected '+': JSON has no operators, a string cannot be put together from parts"
    expected = sorted(_TOKEN_NAMES[name] for name in accepts if name in _TOKEN_NAMES)
    shown = found if len(found) <= 40 else f"{found[:40]}…"
    return f"unexpected {shown!r}" + (f"; expected {' or '.join(expected)}" if expected else "")
