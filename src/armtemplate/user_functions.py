"""Functions that a template defines for itself.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/user-defined-functions. The engine of today
also lets them read variables and call each other.
"""

from dataclasses import dataclass, replace
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import USER_FUNCTION, FixedNames, Frame
from armtemplate.json_types import Value
from armtemplate.members import FUNCTION, NAMESPACE, canonical
from armtemplate.positions import PathLink
from armtemplate.structure import evaluate_structure, inspect
from armtemplate.type_definitions import Definitions, problems
from armtemplate.unknown import first_unknown

_LEVELS = 4  # how much of the evaluation depth one call costs


@dataclass(frozen=True, kw_only=True, slots=True)
class UserFunction:
    """One function: the declarations of its parameters, and the text of its output."""

    name: str
    parameters: tuple[dict[str, Any], ...]
    output: Value
    definitions: Definitions
    path: PathLink

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.parameters)

    def call(self, arguments: list[Any], frame: Frame) -> Value:
        """The output for these arguments."""
        values: dict[str, Any] = {}
        for declaration, argument in zip(self.parameters, arguments, strict=True):
            self._check(declaration, argument)
            values[str(declaration["name"])] = argument
        inner = replace(
            frame,
            parameters=FixedNames(what="parameter", values=values),
            place=USER_FUNCTION,
            loops={},
            loop=None,
            bindings={},
            raising=True,
        )
        frame.session.enter(_LEVELS)
        try:
            return evaluate_structure(self.output, inner, self.path)
        except ExpressionError as error:
            prefix = f"{self.name}: "
            raise ExpressionError(prefix + error.message.removeprefix(prefix)) from None
        finally:
            frame.session.depth -= _LEVELS

    def _check(self, declaration: dict[str, Any], argument: Value) -> None:
        if first_unknown(argument) is None:
            for problem in problems(argument, declaration, self.definitions):
                raise ExpressionError(f"{self.name}: parameter '{declaration['name']}': {problem}")


def read_functions(template: dict[str, Any], definitions: Definitions, frame: Frame) -> dict[str, UserFunction]:
    """The functions of a template by `namespace.name` in lower case."""
    functions: dict[str, UserFunction] = {}
    section = template.get("functions", [])
    if not isinstance(section, list):
        frame.report(ExpressionError("'functions' must be an array of namespaces"), (None, "functions"))
        return functions
    for place, stated in enumerate(section):
        namespace = canonical(stated, NAMESPACE) if isinstance(stated, dict) else stated
        path: PathLink = ((None, "functions"), place)
        members = namespace.get("members") if isinstance(namespace, dict) else None
        if (
            not isinstance(namespace, dict)
            or not isinstance(namespace.get("namespace"), str)
            or not isinstance(members, dict)
        ):
            frame.report(ExpressionError("a function namespace needs 'namespace' and 'members'"), path)
            continue
        for name, member in members.items():
            function = _read_function(
                f"{namespace['namespace']}.{name}", member, definitions, frame, ((path, "members"), name)
            )
            if function is not None:
                functions[function.name.lower()] = function
    return functions


def check_functions(functions: dict[str, UserFunction], frame: Frame) -> None:
    """Checks the text of all functions, called or not."""
    for function in functions.values():
        inspect(function.output, frame.at(USER_FUNCTION), function.path)


def _read_function(
    name: str, member: Value, definitions: Definitions, frame: Frame, path: PathLink
) -> UserFunction | None:
    member = canonical(member, FUNCTION) if isinstance(member, dict) else member
    output = member.get("output") if isinstance(member, dict) else None
    if not isinstance(member, dict) or not isinstance(output, dict) or "value" not in output:
        frame.report(ExpressionError("a function needs an 'output' with a 'value'"), path)
        return None
    declared = member.get("parameters", [])
    if not isinstance(declared, list) or not all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in declared
    ):
        frame.report(
            ExpressionError("a function's 'parameters' must be an array of declarations with 'name' and 'type'"), path
        )
        return None
    for place, item in enumerate(declared):
        if "defaultValue" in item:
            message = "a parameter of a user-defined function cannot have a default value"
            frame.report(ExpressionError(message), (((path, "parameters"), place), "defaultValue"))
    return UserFunction(
        name=name,
        parameters=tuple(declared),
        output=output["value"],
        definitions=definitions,
        path=((path, "output"), "value"),
    )
