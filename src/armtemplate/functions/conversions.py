"""Functions that turn one kind of value into another: bool, int, float, json, array, base64, data URIs."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_to_bytes

from armtemplate.errors import ExpressionError
from armtemplate.json_grammar import JsonSyntaxError, read_json
from armtemplate.json_types import Value
from armtemplate.values import INT64, is_number, text_argument, utf8, wrong_kind

_DATA_PREFIX = "data:"


def to_bool(value: Value) -> bool:
    """`true` and `false` in any case, and integers."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        words = {"true": True, "false": False}
        if value.strip().lower() in words:
            return words[value.strip().lower()]
        raise ExpressionError(f"the text '{value}' cannot be converted to the target type 'Boolean'")
    if is_number(value):
        return bool(value)
    raise wrong_kind("Boolean, Integer, String", value)


def to_int(value: Value) -> int:
    """Integers, and decimal text of one."""
    if isinstance(value, str):
        digits = value.strip()
        unsigned = digits[1:] if digits[:1] in ("+", "-") else digits
        if not (unsigned.isascii() and unsigned.isdigit()) or len(unsigned) > 40 or int(digits) not in INT64:
            raise ExpressionError(f"cannot convert provided value '{value}' to integer value")
        return int(digits)
    if isinstance(value, float) and value.is_integer() and int(value) in INT64:
        return int(value)
    if not is_number(value) or isinstance(value, float):
        raise wrong_kind("Integer, String", value)
    return int(value)


def to_float(value: Value) -> float:
    """Numbers, and the text of one."""
    if isinstance(value, str):
        text = value.strip()
        plain = text.replace("_", "x")  # Python's digit separators are no .NET number
        try:
            number = float(plain)
        except ValueError:
            raise ExpressionError(f"cannot convert provided value '{value}' to float value") from None
        if number != number or number in (float("inf"), float("-inf")):
            raise ExpressionError(f"cannot convert provided value '{value}' to float value")
        return number
    if not is_number(value):
        raise wrong_kind("Float, Integer, String", value)
    try:
        return float(value)
    except OverflowError:
        raise ExpressionError("the number is too large") from None


def to_array(value: Value) -> list[Any]:
    """An array as it is, anything else as an array of one."""
    return value if isinstance(value, list) else [value]


def parse_json_text(text: Value) -> Value:
    """The value of JSON text; single quotes are accepted."""
    return _json(text_argument(text))


def _json(text: str) -> Value:
    try:
        value, _ = read_json(text)
    except JsonSyntaxError as error:
        raise ExpressionError(f"the text is not valid JSON: {error.message}, at character {error.offset}") from None
    return value


def to_base64(text: Value) -> str:
    """Base64 of the UTF-8 text."""
    return base64.b64encode(utf8(text_argument(text))).decode("ascii")


def base64_to_string(text: Value) -> str:
    """The UTF-8 text behind base64."""
    return _decoded(text_argument(text))


def base64_to_json(text: Value) -> Value:
    """The JSON value behind base64."""
    return _json(_decoded(text_argument(text)))


def _decoded(text: str) -> str:
    stripped = "".join(text.split())  # .NET skips blanks inside
    try:
        return base64.b64decode(stripped, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise ExpressionError("the text is not valid base64") from None


def to_data_uri(text: Value) -> str:
    """A data URI of the UTF-8 text."""
    return f"data:text/plain;charset=utf-8;base64,{to_base64(text)}"


def data_uri_to_string(uri: Value) -> str:
    """The text inside a data URI, base64 or percent-encoded."""
    text = text_argument(uri)
    header, comma, data = text.partition(",")
    if not comma or not header.lower().startswith(_DATA_PREFIX):
        raise ExpressionError("expects its parameter to be formatted as a valid data URI")
    options = [part.strip().lower() for part in header[len(_DATA_PREFIX) :].split(";")]
    if options[-1] == "base64":
        return _with_charset(_bytes(data), options)
    return _with_charset(unquote_to_bytes(utf8(data)), options)


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(unquote_to_bytes(utf8("".join(data.split()))), validate=True)
    except (binascii.Error, ValueError):
        raise ExpressionError(
            "expects its parameter to be formatted as a valid data URI: its data is not valid base64"
        ) from None


def _with_charset(data: bytes, options: list[str]) -> str:
    charset = next((part.partition("=")[2].strip('"') for part in options if part.startswith("charset=")), "utf-8")
    encodings = {
        "utf-8": "utf-8",
        "utf8": "utf-8",
        "us-ascii": "ascii",
        "ascii": "ascii",
        "iso-8859-1": "latin-1",
        "utf-16": "utf-16-le",
    }
    if charset not in encodings:
        raise ExpressionError(f"the data URI's charset '{charset}' is not known")
    return data.decode(encodings[charset], "replace")
