"""The parameters of a template: what is declared, what is given, and whether the two fit."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import PARAMETER_DEFAULT, Frame
from armtemplate.json_types import Value
from armtemplate.lazy_names import Entry, LazyNames
from armtemplate.members import PARAMETER, canonical
from armtemplate.parameter_files import GivenPlaces
from armtemplate.positions import PathLink
from armtemplate.structure import evaluate_structure, inspect, names_used
from armtemplate.type_definitions import Definitions, is_nullable, is_secure, known_type, problems, reference_problem
from armtemplate.unknown import Unknown

_SECTION: PathLink = (None, "parameters")


def read_parameters(
    template: dict[str, Any],
    given: Mapping[str, Any],
    places: GivenPlaces,
    definitions: Definitions,
    frame: Frame,
    names: LazyNames,
) -> None:
    """Fills `names` with the declared parameters; notes what is declared wrongly, missing, or not declared."""
    declared = template.get("parameters", {})
    if not isinstance(declared, dict):
        frame.report(ExpressionError("'parameters' must be an object"), _SECTION)
        return
    by_key = {name.lower(): name for name in given}
    entries: dict[str, Entry] = {}
    for name, stated in declared.items():
        declaration = canonical(stated, PARAMETER) if isinstance(stated, dict) else stated
        path: PathLink = (_SECTION, name)
        problem = _declaration_problem(declaration, definitions)
        if problem is not None:
            entries[name.lower()] = Entry(name=name, make=partial(frame.report, ExpressionError(problem), path))
        else:
            entries[name.lower()] = _entry(
                name, declaration, given, by_key, places, definitions, frame.at(PARAMETER_DEFAULT), path
            )
    names.fill(entries)
    _report_strangers(given, places, {name.lower() for name in declared}, frame)


def _report_strangers(given: Mapping[str, Any], places: GivenPlaces, declared: set[str], frame: Frame) -> None:
    for name in given:
        if name.lower() not in declared:
            message = f"the parameter '{name}' is given, and the template does not declare it"
            places.report(ExpressionError(message), name, frame, _SECTION)


def _declaration_problem(declaration: Value, definitions: Definitions) -> str | None:
    if not isinstance(declaration, dict):
        return "a parameter is declared by an object with a 'type'"
    if "$ref" in declaration:
        return reference_problem(declaration, definitions)
    if "type" not in declaration:
        return "the parameter has no 'type'"
    return None if known_type(declaration["type"]) else f"there is no type '{declaration['type']}'"


def _entry(
    name: str,
    declaration: dict[str, Any],
    given: Mapping[str, Any],
    by_key: Mapping[str, str],
    places: GivenPlaces,
    definitions: Definitions,
    frame: Frame,
    path: PathLink,
) -> Entry:
    given_name = by_key.get(name.lower())
    default_path: PathLink = (path, "defaultValue")

    def fault(value: Value) -> ExpressionError | None:
        problem = next(problems(value, declaration, definitions), None)
        if problem is not None and is_secure(declaration, definitions):
            problem = "the value does not fit its declaration"  # and must not be shown
        return None if problem is None else ExpressionError(f"parameter '{name}': {problem}", offset=0)

    def checked_default(value: Value, text: str | None) -> Value:
        error = fault(value)
        return value if error is None else frame.report(error, default_path, text)

    def make() -> Value:
        if given_name is not None:
            inspect(declaration.get("defaultValue"), frame, default_path)
            error = fault(given[given_name])
            return given[given_name] if error is None else places.report(error, given_name, frame, path)
        if "defaultValue" in declaration:
            default = declaration["defaultValue"]
            value = evaluate_structure(default, frame, default_path)
            return (
                value
                if isinstance(value, Unknown)
                else checked_default(value, default if isinstance(default, str) else None)
            )
        if is_nullable(declaration, definitions):
            return None
        return frame.report(
            ExpressionError(f"the parameter '{name}' has no value: none is given, and it has no default"), path
        )

    default = None if given_name is not None else declaration.get("defaultValue")
    return Entry(name=name, make=make, uses=frozenset(names_used(default, "parameters")))


def secure_names(template: dict[str, Any], definitions: Definitions) -> list[str]:
    """The parameters that are secrets."""
    declared = template.get("parameters")
    items = declared.items() if isinstance(declared, dict) else ()
    return [
        name for name, item in items if isinstance(item, dict) and is_secure(canonical(item, PARAMETER), definitions)
    ]
