"""Array functions, and those that take arrays, objects and strings alike.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array.
"""

from collections.abc import Hashable, Iterable
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.limits import RANGE_COUNT
from armtemplate.unknown import NotKnownError, Unknown, first_unknown
from armtemplate.values import (
    INT64,
    MISSING,
    array_argument,
    code_units,
    equal,
    fingerprint,
    from_code_units,
    integer_argument,
    is_integer,
    is_number,
    joined_arrays,
    kind_of,
    member_name,
    object_argument,
    text_argument,
    wrong_kind,
)


def create_array(*items: Value) -> list[Any]:
    """An array of the arguments."""
    return list(items)


def contains(container: Value, item: Value) -> bool:
    """Whether a string holds a string (case matters), an array an item, an object a key (case does not matter)."""
    if isinstance(container, str):
        return text_argument(item, "what is looked for in a string") in container
    if isinstance(container, list):
        return any(equal(element, item) for element in container) or _all_known(container)
    if isinstance(container, dict):
        return member_name(container, text_argument(item, "the key")) is not None
    raise wrong_kind("Array, Object, String", container, what="the first argument")


def _all_known(items: list[Any]) -> bool:
    """False; raises where an item that is not known might have been the one looked for."""
    _known(items)
    return False


def empty(value: Value) -> bool:
    """Whether a string, array or object holds nothing; null is empty."""
    if value is None:
        return True
    if isinstance(value, (str, list, dict)):
        return not value
    raise wrong_kind("Array, Object, String", value)


def length(value: Value) -> int:
    """Characters (UTF-16 code units), items or properties."""
    if isinstance(value, str):
        return len(code_units(value))
    if isinstance(value, (list, dict)):
        return len(value)
    raise wrong_kind("Array, Object, String", value)


def first(value: Value) -> Value:
    """The first item or character; of an empty array null, of an empty string an empty string."""
    return _end(value, slice(0, 1))


def last(value: Value) -> Value:
    """The last item or character; of an empty array null, of an empty string an empty string."""
    return _end(value, slice(-1, None))


def _end(value: Value, place: slice) -> Value:
    if value is None:
        return None
    if isinstance(value, str):
        return code_units(value)[place]
    items = value[place] if isinstance(value, list) else None
    if items is None:
        raise wrong_kind("Array, String", value)
    return items[0] if items else None


def skip(value: Value, count: Value) -> Value:
    """What is left behind the first items or characters; a count below zero is zero."""
    start = max(integer_argument(count, "the count"), 0)
    return _part(value, slice(start, None))


def take(value: Value, count: Value) -> Value:
    """The first items or characters; a count below zero is zero."""
    end = max(integer_argument(count, "the count"), 0)
    return _part(value, slice(0, end))


def _part(value: Value, place: slice) -> Value:
    if value is None:
        return None
    if isinstance(value, str):
        return from_code_units(code_units(value)[place])
    if isinstance(value, list):
        return value[place]
    raise wrong_kind("Array, String", value, what="the first argument")


def index_of(container: Value, item: Value) -> int:
    """The first place of an item, or of a string without regard to case; -1 where there is none."""
    if isinstance(container, str):
        return _folded(container).find(_folded(text_argument(item, "what is looked for in a string")))
    items = _searchable(container)
    return next((at for at, element in enumerate(items) if equal(element, item)), -1)


def last_index_of(container: Value, item: Value) -> int:
    """The last place of an item, or of a string without regard to case; -1 where there is none."""
    if isinstance(container, str):
        return _folded(container).rfind(_folded(text_argument(item, "what is looked for in a string")))
    items = _searchable(container)
    return next((at for at in range(len(items) - 1, -1, -1) if equal(items[at], item)), -1)


def _searchable(container: Value) -> list[Any]:
    if not isinstance(container, list):
        raise wrong_kind("Array, String", container, what="the first argument")
    return container


def _folded(text: str) -> str:
    """Upper case without a change of length, so that places stay places."""
    return "".join(upper if len(upper := unit.upper()) == 1 else unit for unit in code_units(text))


def range_of(start: Value, count: Value) -> list[int]:
    """`count` integers from `start` on."""
    first_value, number = integer_argument(start, "the start"), integer_argument(count, "the count")
    if not 0 <= number <= RANGE_COUNT:
        raise ExpressionError(f"the count must be between 0 and {RANGE_COUNT}, and is {number}")
    if first_value + number - 1 not in INT64:
        raise ExpressionError("the range leaves the 64-bit integers")
    return list(range(first_value, first_value + number))


def smallest(*values: Value) -> int | float:
    """The least of integers and of the items of arrays of integers."""
    return min(_numbers(values))


def largest(*values: Value) -> int | float:
    """The greatest of integers and of the items of arrays of integers."""
    return max(_numbers(values))


def _numbers(values: tuple[Any, ...]) -> list[int | float]:
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    if not items:
        raise ExpressionError("an empty array has neither a least nor a greatest item")
    for item in items:
        if not is_number(item):
            raise wrong_kind("Integer, Array", item, what="every argument")
    return items


def flatten(arrays: Value) -> Value:
    """One level of nesting less; every item has to be an array."""
    items = array_argument(arrays)
    return joined_arrays([array_argument(_outright(item), "every item") for item in items])


def _outright(value: Value) -> Value:
    """The value, unless it is itself not known."""
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return value


def _known(value: Value) -> Value:
    """The value, unless the answer hangs on it and it is not known."""
    unknown = first_unknown(value)
    if unknown is not None:
        raise NotKnownError(unknown)
    return value


def union(*values: Value) -> Value:
    """Objects merged deeply, the later wins and arrays inside are replaced; or the distinct items of arrays."""
    if all(isinstance(value, list) for value in values):
        return _distinct(item for value in values for item in value)
    if all(isinstance(value, dict) for value in values):
        merged: dict[str, Any] = {}
        for value in values:
            merged = _merged(merged, value)
        return merged
    raise ExpressionError(f"all arguments must be objects, or all arrays; found {_kinds(values)}")


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    folded = {name.lower(): name for name in base}
    for name, value in over.items():
        key = name if name in merged else folded.get(name.lower(), name)
        held = merged.get(key, MISSING)
        if isinstance(held, (dict, Unknown)) and isinstance(value, (dict, Unknown)):
            merged[key] = value if held is value else _merged(_mergeable(held), _mergeable(value))
        else:
            merged[key] = value
        folded.setdefault(name.lower(), key)
    return merged


def _mergeable(value: Value) -> dict[str, Any]:
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return object_argument(value)


def intersection(*values: Value) -> Value:
    """The items, or the property pairs, that all arguments hold, in the order of the first."""
    if all(isinstance(value, list) for value in values):
        others = [{fingerprint(item) for item in value} for value in values[1:]]
        return _distinct(item for item in values[0] if all(fingerprint(item) in other for other in others))
    if all(isinstance(value, dict) for value in values):
        return {
            name: value for name, value in values[0].items() if all(_holds(other, name, value) for other in values[1:])
        }
    raise ExpressionError(f"all arguments must be objects, or all arrays; found {_kinds(values)}")


def _holds(container: dict[str, Any], name: str, value: Value) -> bool:
    key = member_name(container, name)
    return key is not None and equal(container[key], value)


def _kinds(values: tuple[Any, ...]) -> str:
    return ", ".join(kind_of(value) for value in values)


def _distinct(items: Iterable[Any]) -> list[Any]:
    """The items without repetition, first appearance first."""
    kept: dict[Hashable, Value] = {}
    for item in items:
        kept.setdefault(fingerprint(_known(item)), item)
    return list(kept.values())


def distinct(items: Value) -> list[Any]:
    """The items without those that were there before."""
    return _distinct(array_argument(items))


def index_from_end(items: Value, place: Value) -> Value:
    """The item counted from the end; 1 is the last."""
    value = try_index_from_end(items, place, MISSING)
    if value is MISSING:
        raise ExpressionError(f"the place {place} from the end is out of bounds: the array has {len(items)} items")
    return value


def try_index_from_end(items: Value, place: Value, default: Value = None) -> Value:
    """The item counted from the end, or null where there is none."""
    if items is None and default is None:
        return None
    array = array_argument(items, "the first argument")
    number = integer_argument(place, "the place")
    return array[-number] if 1 <= number <= len(array) else default


def try_get(container: Value, key: Value, *keys: Value) -> Value:
    """A member that need not be there: only the first step may miss, the rest is skipped when it yields null."""
    value = _step(container, key)
    if value is None or value is MISSING:
        return None
    for next_key in keys:
        if isinstance(value, Unknown):
            raise NotKnownError(value)
        value = _step(value, next_key)
        if value is MISSING:
            raise ExpressionError(f"'{next_key}' doesn't exist; only the first step of tryGet may miss")
    return value


def _step(container: Value, key: Value) -> Value:
    if isinstance(container, dict) and isinstance(key, str):
        name = member_name(container, key)
        return MISSING if name is None else container[name]
    if isinstance(container, list) and is_integer(key):
        return container[key] if 0 <= key < len(container) else MISSING
    return MISSING
