"""The variables of a template."""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import VARIABLE, Frame
from armtemplate.json_types import Value
from armtemplate.lazy_names import Entry, LazyNames
from armtemplate.limits import VARIABLES
from armtemplate.members import LOOP, canonical
from armtemplate.positions import PathLink
from armtemplate.structure import evaluate_loop, evaluate_structure, names_used
from armtemplate.unknown import Unknown

_SECTION: PathLink = (None, "variables")


def read_variables(template: dict[str, Any], frame: Frame, names: LazyNames) -> None:
    """Fills `names` with the variables and the variable loops."""
    section = template.get("variables", {})
    if not isinstance(section, dict):
        frame.report(ExpressionError("'variables' must be an object"), _SECTION)
        return
    here = frame.at(VARIABLE)
    entries: dict[str, Entry] = {}
    for name, value in section.items():
        if name.lower() == "copy" and isinstance(value, list):
            entries |= _loop_entries(value, here, (_SECTION, name))
        else:
            entries[name.lower()] = _entry(name, value, here, (_SECTION, name))
    if len(entries) > VARIABLES:
        frame.report(ExpressionError(f"the template has {len(entries)} variables; Azure takes {VARIABLES}"), _SECTION)
    names.fill(entries)


def _entry(name: str, value: Value, frame: Frame, path: PathLink) -> Entry:
    def make() -> Value:
        return evaluate_structure(value, frame, path)

    return Entry(name=name, make=make, uses=frozenset(names_used(value, "variables")))


def _loop_entries(loops: list[Any], frame: Frame, path: PathLink) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for place, stated in enumerate(loops):
        here: PathLink = (path, place)
        loop = canonical(stated, LOOP) if isinstance(stated, dict) else None
        if loop is None or not {"name", "count", "input"} <= loop.keys():
            frame.report(ExpressionError("a copy element needs 'name', 'count' and 'input'"), here)
            continue
        name = evaluate_structure(loop["name"], frame, (here, "name"))
        if isinstance(name, str):
            entries[name.lower()] = _loop_entry(name, loop, frame, here)
        elif not isinstance(name, Unknown):
            frame.report(ExpressionError("a copy element's name must be a string"), (here, "name"))
    return entries


def _loop_entry(name: str, loop: dict[str, Any], frame: Frame, path: PathLink) -> Entry:
    def make() -> Value:
        return evaluate_loop(loop, name, frame, path)

    return Entry(name=name, make=make, uses=frozenset(names_used(loop, "variables")))
