"""The outputs and asserts of a template."""

from typing import Any

from armtemplate.deployment import Output
from armtemplate.errors import ExpressionError
from armtemplate.frames import OUTPUT, Frame
from armtemplate.json_types import Value
from armtemplate.limits import OUTPUTS
from armtemplate.members import LOOP, canonical
from armtemplate.members import OUTPUT as OUTPUT_MEMBERS
from armtemplate.positions import PathLink
from armtemplate.structure import evaluate_loop, evaluate_structure, inspect
from armtemplate.type_definitions import Definitions, is_nullable, is_secure, known_type, problems, reference_problem
from armtemplate.unknown import Unknown
from armtemplate.values import kind_of

_SECTION: PathLink = (None, "outputs")
_ASSERTS: PathLink = (None, "asserts")


def evaluate_outputs(template: dict[str, Any], definitions: Definitions, frame: Frame) -> dict[str, Output]:
    """The outputs by name; one with a false condition is left out, and its value not evaluated."""
    section = template.get("outputs") or {}
    if not isinstance(section, dict):
        frame.report(ExpressionError("'outputs' must be an object"), _SECTION)
        return {}
    if len(section) > OUTPUTS:
        frame.report(ExpressionError(f"the template has {len(section)} outputs; Azure takes {OUTPUTS}"), _SECTION)
    outputs: dict[str, Output] = {}
    for name, declaration in section.items():
        output = _output(name, declaration, definitions, frame.at(OUTPUT), (_SECTION, name))
        if output is not None:
            outputs[name] = output
    return outputs


def _output(name: str, declaration: Value, definitions: Definitions, frame: Frame, path: PathLink) -> Output | None:
    declaration = canonical(declaration, OUTPUT_MEMBERS) if isinstance(declaration, dict) else declaration
    problem = _declaration_problem(declaration, definitions)
    if problem is not None:
        frame.report(ExpressionError(problem), path)
        return None
    condition = _condition(declaration, frame, path)
    if condition is False:
        inspect(declaration.get("value"), frame, (path, "value"))
        return None
    value = _value(name, declaration, frame, path)
    _check(name, declaration, value, definitions, frame, path)
    return Output(
        type=str(declaration.get("type", "object")),
        value=value,
        condition=condition,
        secure=is_secure(declaration, definitions),
    )


def _declaration_problem(declaration: Value, definitions: Definitions) -> str | None:
    if not isinstance(declaration, dict):
        return "an output is declared by an object with 'type' and 'value'"
    if "$ref" in declaration:
        return reference_problem(declaration, definitions)
    if not known_type(declaration.get("type")):
        return f"there is no type '{declaration['type']}'" if "type" in declaration else "the output has no 'type'"
    if "value" not in declaration and "copy" not in declaration:
        return "the output has neither 'value' nor 'copy'"
    return None


def _condition(declaration: dict[str, Any], frame: Frame, path: PathLink) -> bool | Unknown:
    condition = evaluate_structure(declaration.get("condition", True), frame, (path, "condition"))
    if isinstance(condition, bool | Unknown):
        return condition
    return frame.report(
        ExpressionError(f"a condition must be a boolean, and is of type '{kind_of(condition)}'"), (path, "condition")
    )


def _value(name: str, declaration: dict[str, Any], frame: Frame, path: PathLink) -> Value:
    copy = declaration.get("copy")
    if copy is None:
        return evaluate_structure(declaration.get("value"), frame, (path, "value"))
    here: PathLink = (path, "copy")
    copy = canonical(copy, LOOP) if isinstance(copy, dict) else copy
    if not isinstance(copy, dict) or not {"count", "input"} <= copy.keys():
        return frame.report(ExpressionError("an output's 'copy' must be an object with 'count' and 'input'"), here)
    return evaluate_loop(copy, str(copy.get("name", name)), frame, here, nameless=True)


def _check(
    name: str, declaration: dict[str, Any], value: Value, definitions: Definitions, frame: Frame, path: PathLink
) -> None:
    if value is None and not is_nullable(declaration, definitions):
        return  # Azure answers an output without a value
    text = declaration.get("value")
    for problem in problems(value, declaration, definitions):
        error = ExpressionError(f"the output '{name}': {problem}", offset=0)
        frame.report(error, (path, "value"), text if isinstance(text, str) else None)
        return


def evaluate_asserts(template: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """The asserts by name: true, false, or not known."""
    section = template.get("asserts") or {}
    if not isinstance(section, dict):
        frame.report(ExpressionError("'asserts' must be an object"), _ASSERTS)
        return {}
    return {name: evaluate_structure(value, frame.at(OUTPUT), (_ASSERTS, name)) for name, value in section.items()}
