"""A template's body, read as the service reads it: strictly since 2024-02-01, forgivingly before.

Strict: an unknown field, or one in another case, is refused in the words that the release notes quote
(azure-compute-docs, image-builder-api-update-release-notes). Before, names matched without regard to case and
unknown ones fell away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.arm.errors import ArmError
from localazure.providers.imagebuilder.shapes import Choice, Several, Shape, Struct

STRICT_SINCE = "2024-02-01"
_ADVICE = (
    "There is an issue with the syntax with the JSON template you are submitting. Please check the JSON template for "
    "syntax and grammar. For more information on the syntax and grammar of the JSON template, visit "
    "http://aka.ms/azvmimagebuildertmplref."
)
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "int64": (int,),
    "bool": (bool,),
    "[]string": (list,),
    "[]int64": (list,),
    "map[string]string": (dict,),
    "map": (dict,),
}
_ELEMENTS: dict[str, type] = {"[]string": str, "[]int64": int, "map[string]string": str}


def unmarshal(body: object, struct: Struct, *, api_version: str) -> dict[str, Any]:
    """The body with known fields only, spelled as the specification spells them."""
    return _Reader(api_version=api_version).struct(body, struct, ())


@dataclass(frozen=True, kw_only=True)
class _Reader:
    api_version: str

    @property
    def strict(self) -> bool:
        return self.api_version[:10] >= STRICT_SINCE

    def struct(self, value: object, struct: Struct, trail: tuple[tuple[Struct, str], ...]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self._mismatch(value, struct, trail)
        spelled = {name.lower(): name for name in struct.fields if self._knows(struct, name)}
        found: dict[str, Any] = {}
        for given, inner in value.items():
            name = given if given in spelled.values() else (None if self.strict else spelled.get(str(given).lower()))
            if name is not None:
                if inner is not None:
                    found[name] = self._value(inner, struct.fields[name], (*trail, (struct, name)))
            elif self.strict:
                raise self._unknown(str(given), struct, trail)
        return found

    def _knows(self, struct: Struct, name: str) -> bool:
        return struct.since.get(name, "") <= self.api_version[:10]

    def _value(self, value: object, shape: Shape, trail: tuple[tuple[Struct, str], ...]) -> Any:  # noqa: ANN401 - JSON
        if isinstance(shape, Struct):
            return self.struct(value, shape, trail)
        if isinstance(shape, Choice):
            return self._choice(value, shape, trail)
        if isinstance(shape, Several):
            if not isinstance(value, list):
                raise self._wrong_type(value, "array", trail)
            return [self._value(entry, shape.of, trail) for entry in value]
        return self._scalar(value, shape, trail)

    def _choice(self, value: object, choice: Choice, trail: tuple[tuple[Struct, str], ...]) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self._wrong_type(value, "object", trail)
        wanted = str(value.get(choice.by, ""))
        struct = choice.structs.get(wanted)
        if struct is None and not self.strict:
            struct = next((found for name, found in choice.structs.items() if name.lower() == wanted.lower()), None)
        # An unknown kind is told by validation, in its own words.
        return self.struct(value, struct, trail) if struct else dict(value)

    def _scalar(self, value: object, shape: str, trail: tuple[tuple[Struct, str], ...]) -> object:
        is_flag_for_number = isinstance(value, bool) and shape == "int64"
        if not isinstance(value, _SCALARS[shape]) or is_flag_for_number:
            raise self._wrong_type(value, shape, trail)
        if shape in _ELEMENTS:
            entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            for entry in entries:
                if not isinstance(entry, _ELEMENTS[shape]):
                    raise self._wrong_type(entry, shape.removeprefix("[]").removeprefix("map[string]"), trail)
        return value

    def _unknown(self, name: str, struct: Struct, trail: tuple[tuple[Struct, str], ...]) -> ArmError:
        typed = f"unmarshalling type *{self._go(struct)}"
        inner = f"{typed}: {typed}" if trail else typed
        return self._error(f'{self._chain(trail)}{inner}, unknown field "{name}"')

    def _mismatch(self, value: object, struct: Struct, trail: tuple[tuple[Struct, str], ...]) -> ArmError:
        return self._error(
            f"{self._chain(trail)}json: cannot unmarshal {_go_kind(value)} into Go value of type {self._go(struct)}"
        )

    def _wrong_type(self, value: object, wanted: str, trail: tuple[tuple[Struct, str], ...]) -> ArmError:
        kind = _go_kind(value)
        return self._error(f"{self._chain(trail)}json: cannot unmarshal {kind} into Go value of type {wanted}")

    def _chain(self, trail: tuple[tuple[Struct, str], ...]) -> str:
        steps = (
            f"unmarshalling type *{self._go(struct)}: struct field {name[0].upper()}{name[1:]}: "
            for struct, name in trail
        )
        return "".join(steps)

    def _go(self, struct: Struct) -> str:
        return f"v{self.api_version.replace('-', '_')}.{struct.name}"

    def _error(self, what: str) -> ArmError:
        return ArmError(400, "BadRequest", f"Unmarshalling entity encountered error: {what}. {_ADVICE}")


def _go_kind(value: object) -> str:
    if value is None:
        return "null"
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "bool"),
        (str, "string"),
        (int, "number"),
        (float, "number"),
        (list, "array"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "object")
