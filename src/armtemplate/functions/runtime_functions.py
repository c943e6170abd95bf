"""What only a deployed resource can tell: reference, references, the list functions.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource.
"""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call
from armtemplate.frames import ANYWHERE, Frame, ReferenceTarget
from armtemplate.interpreter import make_unknown
from armtemplate.json_types import Value
from armtemplate.values import text_argument


def reference(call: Call, frame: Frame, target: Value, api_version: Value = None, mode: Value = None) -> Value:
    """The properties of a resource, or the whole of it with 'Full'."""
    version, full = _version_and_mode(api_version, mode)
    found = _target(frame, text_argument(target, "the resource"))
    version = version or found.api_version
    if version is None and frame.place is not ANYWHERE and not (found.in_template or found.missing):
        raise ExpressionError(
            f"the resource '{found.id}' is not in the template, so an API version is needed as second argument"
        )
    if frame.session.runtime is not None:
        return frame.session.runtime.reference(found.id, version, full)
    known = dict(found.known or {})
    return make_unknown(
        call, frame, f"the state of '{found.id}'", known={"properties": known} if full and known else known
    )


def references(call: Call, frame: Frame, loop: Value, mode: Value = None) -> Value:
    """The properties of all instances of a symbolic loop, in its order, without those that a condition leaves out."""
    name = text_argument(loop, "the loop")
    _, full = _version_and_mode(None, mode)
    if frame.loops:
        raise ExpressionError("the function cannot be used inside a copy loop")
    targets = frame.resources.find_loop(name)
    if targets is None:
        raise ExpressionError(f"there is no resource loop with the symbolic name '{name}'")
    for target in targets:
        _notice(frame, target)
    runtime = frame.session.runtime
    if runtime is not None:
        return [
            runtime.reference(target.id, target.api_version, full)
            for target in targets
            if target.condition is not False
        ]
    return make_unknown(call, frame, f"the state of the resources of the loop '{name}'")


def resource_info(_call: Call, frame: Frame, symbol: Value) -> dict[str, Any]:
    """What the template itself says of a resource: id, name, type, API version. Bicep emits it for symbolic names."""
    name = text_argument(symbol, "the symbolic name")
    found = frame.resources.find(name)
    if found is None or found.missing:
        raise ExpressionError(f"there is no resource with the symbolic name '{name}' in the template")
    return {"id": found.id, "name": found.name, "type": found.type, "apiVersion": found.api_version}


def list_call(call: Call, frame: Frame, target: Value, api_version: Value = None, body: Value = None) -> Value:
    """The answer of a list operation of a resource."""
    found = _target(frame, text_argument(target, "the resource"))
    version = found.api_version if api_version is None else text_argument(api_version, "the API version")
    if frame.session.runtime is not None:
        return frame.session.runtime.list_call(call.name, found.id, version, body)
    return make_unknown(call, frame, f"what {call.name} of '{found.id}' answers", faulty=found.missing)


def _version_and_mode(api_version: Value, mode: Value) -> tuple[str | None, bool]:
    """The mode may stand in the place of the version where a symbolic name makes the version needless."""
    version = None if api_version is None else text_argument(api_version, "the API version")
    word = None if mode is None else text_argument(mode, "the third argument")
    if word is None and version is not None and version.lower() in ("full", "properties"):
        version, word = None, version
    if word is not None and word.lower() not in ("full", "properties"):
        raise ExpressionError(f"the last argument can only be 'Full', and is '{word}'")
    return version, word is not None and word.lower() == "full"


def _target(frame: Frame, text: str) -> ReferenceTarget:
    found = frame.resources.find(text)
    if found is not None:
        _notice(frame, found)
        return found
    if text.startswith("/"):
        return ReferenceTarget(id=text, api_version=None, in_template=False)
    if "/" in text and "." in text.partition("/")[0]:  # type and names without a scope mean the deployment's own
        return ReferenceTarget(id=f"{frame.scope.id}/providers/{text}", api_version=None, in_template=False)
    raise ExpressionError(f"there is no resource '{text}' in the template; a resource outside of it is named by its id")


def _notice(frame: Frame, target: ReferenceTarget) -> None:
    if frame.noticed is not None and target.by_name:
        frame.noticed(target.id)
