"""The bare body of an image template: what one PUTs to the service, without a deployment around it.

Nothing in it is an expression, for the service evaluates none; only `<placeholder>` tokens are filled.
"""

from collections.abc import Mapping
from typing import Any

from armtemplate.deployment import Deployment, Resource
from armtemplate.errors import ExpressionError
from armtemplate.frames import Frame
from armtemplate.parameter_files import GivenPlaces
from armtemplate.resource_ids import resource_id_in

IMAGE_TEMPLATE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
_SHORT_TYPES = frozenset({IMAGE_TEMPLATE_TYPE.lower(), "microsoft.virtualmachineimages", "imagetemplates", ""})
_NAME_PARAMETER = "imageTemplateName"
_HEADER_KEYS = frozenset({"type", "name", "apiVersion", "dependsOn", "comments", "id", "resources", "systemData"})


def evaluate_bare_body(
    body: dict[str, Any], given: Mapping[str, Any], places: GivenPlaces, frame: Frame
) -> Deployment | None:
    """A deployment of the one image template, named by the parameter `imageTemplateName`, the body or the scope."""
    kind = body.get("type", "")
    if not isinstance(kind, str) or kind.lower() not in _SHORT_TYPES:
        message = f"this is neither a deployment template nor the body of an image template: the type is '{kind}'"
        frame.report(ExpressionError(message), (None, "type"))
        return None
    if not isinstance(body.get("properties"), dict):
        if "properties" in body:
            frame.report(ExpressionError("'properties' must be an object"), (None, "properties"))
        else:
            frame.report(ExpressionError("the body of an image template needs 'properties'"), None)
        return None
    for name in given:
        if name.lower() != _NAME_PARAMETER.lower():
            message = f"the parameter '{name}' is given, and the body has no placeholder '<{name}>'"
            places.report(ExpressionError(message), name, frame, None)
    name = str(
        next((value for key, value in given.items() if key.lower() == _NAME_PARAMETER.lower()), None)
        or _own_name(body, frame)
    )
    version = body.get("apiVersion")
    resource = Resource(
        id=resource_id_in(frame.scope.id, IMAGE_TEMPLATE_TYPE, name.replace("/", "-")),
        type=IMAGE_TEMPLATE_TYPE,
        name=name,
        name_value=name,
        api_version=version if isinstance(version, str) else None,
        scope=frame.scope.id,
        body={key: value for key, value in body.items() if key not in _HEADER_KEYS},
        position=frame.source.position(()),
    )
    return Deployment(
        resources=(resource,), outputs={}, unknowns=(), name=frame.scope.deployment_name, parameters=dict(given)
    )


def _own_name(body: dict[str, Any], frame: Frame) -> str:
    name = body.get("name")
    return name if isinstance(name, str) and name else frame.scope.deployment_name
