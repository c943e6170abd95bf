"""The seven kinds of value, and what every function family needs: kind, equality, order, text, members."""

import json
import unicodedata
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.limits import VALUE_CHARACTERS, VALUE_NODES
from armtemplate.unknown import Unknown

INT64 = range(-(2**63), 2**63)
MISSING: Any = object()
_KINDS: dict[type, str] = {
    str: "String",
    bool: "Boolean",
    int: "Integer",
    float: "Float",
    dict: "Object",
    list: "Array",
    type(None): "Null",
    Unknown: "Unknown",
}


def kind_of(value: Value) -> str:
    """The engine's name for the kind of a value."""
    return _KINDS.get(type(value), type(value).__name__)


def is_number(value: Value) -> bool:
    """Whether a value is an integer or a float; a boolean is neither."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Value) -> bool:
    """Whether a value is an integer; a boolean is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def wrong_kind(expected: str, value: Value, *, what: str = "the argument") -> ExpressionError:
    """The fault of a value of the wrong kind."""
    return ExpressionError(f"{what} must be of type '{expected}', and is of type '{kind_of(value)}'")


def text_argument(value: Value, what: str = "the argument") -> str:
    """The value, which has to be a string."""
    if not isinstance(value, str):
        raise wrong_kind("String", value, what=what)
    return value


def integer_argument(value: Value, what: str = "the argument") -> int:
    """The value, which has to be an integer; nothing is converted."""
    if isinstance(value, float) and value.is_integer() and int(value) in INT64:
        return int(value)
    if not is_integer(value):
        raise wrong_kind("Integer", value, what=what)
    if value not in INT64:
        raise ExpressionError(f"{what} does not fit into 64 bits")
    return int(value)


def array_argument(value: Value, what: str = "the argument") -> list[Any]:
    """The value, which has to be an array."""
    if not isinstance(value, list):
        raise wrong_kind("Array", value, what=what)
    return value


def object_argument(value: Value, what: str = "the argument") -> dict[str, Any]:
    """The value, which has to be an object."""
    if not isinstance(value, dict):
        raise wrong_kind("Object", value, what=what)
    return value


def boolean_argument(value: Value, what: str = "the argument") -> bool:
    """The value, which has to be a boolean."""
    if not isinstance(value, bool):
        raise wrong_kind("Boolean", value, what=what)
    return value


def member_name(container: dict[str, Any], name: str) -> str | None:
    """The name under which an object holds a member: spelled exactly so if there is one, else in any case."""
    if name in container:
        return name
    folded = name.lower()
    return next((key for key in container if key.lower() == folded), None)


def member(container: dict[str, Any], name: str, default: Value = None) -> Value:
    """The member of that name, without regard to case if need be."""
    key = member_name(container, name)
    return default if key is None else container[key]


def equal(left: Value, right: Value) -> bool:
    """Deep equality that is strict about kinds; numbers compare as numbers, objects without regard to order."""
    if is_number(left) and is_number(right):
        return bool(left == right)
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return len(left) == len(right) and all(key in right and equal(item, right[key]) for key, item in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def fingerprint(value: Value) -> Hashable:
    """What two values share exactly when they are `equal`."""
    if isinstance(value, dict):
        return ("Object", frozenset((name, fingerprint(item)) for name, item in value.items()))
    if isinstance(value, list):
        return ("Array", tuple(fingerprint(item) for item in value))
    return ("Number" if is_number(value) else kind_of(value), value)


def compare_text(left: str, right: str) -> int:
    """Invariant-culture order, as .NET has it: letters by their base, then accents, then lower case before upper."""
    if left == right:
        return 0
    a, b = _collation(left), _collation(right)
    if a == b:
        return -1 if left < right else 1
    return -1 if a < b else 1


def sorted_by_name[T](items: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """Sorted as the engine sorts property names: without regard to case; names that differ in nothing else stay put."""
    return sorted(items, key=lambda item: _collation(name(item))[:2])


def _collation(text: str) -> tuple[list[tuple[int, str]], list[str], list[bool]]:
    primary: list[tuple[int, str]] = []
    accents: list[str] = []
    cases: list[bool] = []
    for character in unicodedata.normalize("NFKD", text):
        if unicodedata.combining(character):
            accents.append(character)
            continue
        primary.append((_rank(character), character.casefold()))
        accents.append("")
        cases.append(character.isupper())
    return primary, accents, cases


def _rank(character: str) -> int:
    """Blanks, punctuation, symbols, digits, letters: the order of the root collation."""
    category = unicodedata.category(character)[0]
    return {"Z": 0, "C": 0, "P": 1, "S": 2, "N": 3}.get(category, 4)


# Line breaks that .NET's JSON writer escapes, and Python's does not.
_LINE_BREAKS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def compact_json(value: Value) -> str:
    """JSON without blanks in declaration order, as `string()` prints objects and arrays."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else text.translate(_LINE_BREAKS)


def as_text(value: Value) -> str:
    """What `string()` makes of a value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if value is None:
        return ""
    if isinstance(value, float):
        return float_text(value)
    return compact_json(value)


def float_text(value: float) -> str:
    """The shortest text that reads back as the same number, in .NET's spelling."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    mantissa, exponent_mark, exponent = repr(value).partition("e")
    if not exponent_mark:
        return mantissa
    return f"{mantissa.removesuffix('.0')}E{int(exponent):+03d}"


def bounded(text: str) -> str:
    """The text, unless it is longer than anything that a deployment may carry."""
    if len(text) > VALUE_CHARACTERS:
        raise ExpressionError(f"the result has {len(text):,} characters; a deployment may carry {VALUE_CHARACTERS:,}")
    return text


def joined_arrays(arrays: list[list[Any]]) -> list[Any]:
    """The items of all arrays, unless they are more than anything that a deployment may carry."""
    count = sum(len(array) for array in arrays)
    if count > VALUE_NODES:
        raise ExpressionError(f"the result has {count:,} items; that is more than any deployment may carry")
    return [item for array in arrays for item in array]


def utf8(text: str) -> bytes:
    """UTF-8 as .NET encodes it: half of a surrogate pair becomes the replacement character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def code_units(text: str) -> str:
    """The text with one character per UTF-16 code unit, because the engine counts and cuts in those."""
    if text.isascii() or all(character <= "\uffff" for character in text):
        return text
    raw = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(int.from_bytes(raw[at : at + 2], "little")) for at in range(0, len(raw), 2))


def from_code_units(units: str) -> str:
    """The reverse of `code_units`: pairs that stand together become one character again."""
    if units.isascii() or not any("\ud800" <= character <= "\udfff" for character in units):
        return units
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
