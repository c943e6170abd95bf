"""Functions that read the names around them: parameters, variables, loops, external inputs."""

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.interpreter import answered, make_unknown
from armtemplate.json_types import Value
from armtemplate.values import MISSING, integer_argument, is_integer, member, member_name, text_argument


def parameters(_call: Call, frame: Frame, name: Value) -> Value:
    """The value of a parameter."""
    return answered(frame.parameters.value(text_argument(name, "the name"), frame.session), frame.session)


def variables(_call: Call, frame: Frame, name: Value) -> Value:
    """The value of a variable."""
    return answered(frame.variables.value(text_argument(name, "the name"), frame.session), frame.session)


def copy_index(_call: Call, frame: Frame, *arguments: Value) -> int:
    """The turn of a loop, from 0, moved by an offset."""
    name = frame.loop
    rest = list(arguments)
    if rest and isinstance(rest[0], str):
        name = rest.pop(0).lower()
        if name not in frame.loops:
            raise ExpressionError(f"there is no loop '{arguments[0]}' here")
    if name is None:
        raise ExpressionError(
            "there is no resource or output loop here; inside a property or variable loop the name is given"
            if frame.loops
            else "there is no loop here"
        )  # fmt: skip
    if len(rest) > 1 or (rest and not is_integer(rest[0])):
        raise ExpressionError("takes the name of a loop and an integer offset")
    return frame.loops[name] + (integer_argument(rest[0], "the offset") if rest else 0)


def external_inputs(_call: Call, frame: Frame, name: Value) -> Value:
    """The value that a tool supplied for a parameter file."""
    value = member(dict(frame.scope.external_inputs), text_argument(name, "the name"), MISSING)
    if value is MISSING:
        raise ExpressionError(f"there is no external input '{name}'")
    return value


def extensions(call: Call, frame: Frame, alias: Value) -> Value:
    """An extension of the template: its name, version and configuration, which comes with the deployment."""
    name = text_argument(alias, "the extension")
    template = frame.deployment.get("template")
    declared = template.get("extensions") if isinstance(template, dict) else None
    if not isinstance(declared, dict) or member_name(declared, name) is None:
        raise ExpressionError(f"there is no extension '{name}' in the template")
    return make_unknown(call, frame, f"the configuration of the extension '{name}'")
