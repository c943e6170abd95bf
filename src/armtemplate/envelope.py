"""The outer shape of a template: which members it has, and what kind of file it is at all."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import Frame
from armtemplate.json_types import Value
from armtemplate.limits import PARAMETERS
from armtemplate.members import TEMPLATE
from armtemplate.scope import ScopeKind

_REQUIRED = ("$schema", "contentVersion", "resources")
_SCHEMAS: dict[str, ScopeKind] = {
    "/subscriptiondeploymenttemplate.json": "subscription",
    "/managementgroupdeploymenttemplate.json": "managementGroup",
    "/tenantdeploymenttemplate.json": "tenant",
}


def is_bare_body(template: dict[str, Any]) -> bool:
    """Whether this is a resource's body without a deployment around it."""
    return (
        "resources" not in template and "$schema" not in template and ("type" in template or "properties" in template)
    )


def check_envelope(template: dict[str, Any], frame: Frame) -> None:
    """Notes members that a template must have and has not, and those that it cannot have."""
    missing = [name for name in _REQUIRED if name not in template]
    if missing:
        frame.report(ExpressionError(f"the template has no {', '.join(repr(name) for name in missing)}"), None)
    for name in template:
        if name not in TEMPLATE:
            near = get_close_matches(name, TEMPLATE, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            frame.report(ExpressionError(f"a template has no member '{name}'{hint}"), (None, name))
    parameters = template.get("parameters")
    if isinstance(parameters, dict) and len(parameters) > PARAMETERS:
        frame.report(
            ExpressionError(f"the template has {len(parameters)} parameters; Azure takes {PARAMETERS}"),
            (None, "parameters"),
        )


def read_definitions(template: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """The type definitions by name."""
    section = template.get("definitions", {})
    if isinstance(section, dict):
        return section
    frame.report(ExpressionError("'definitions' must be an object"), (None, "definitions"))
    return {}


def own_resources(template: dict[str, Any]) -> Value:
    """The resources; one whose extension is Azure Resource Manager itself is like one that names none."""
    section, extensions = template.get("resources", []), template.get("extensions")
    if not isinstance(section, dict) or not isinstance(extensions, dict):
        return section
    own = [
        alias
        for alias, extension in extensions.items()
        if isinstance(extension, dict) and str(extension.get("name", "")).lower() == "azureresourcemanager"
    ]
    return {
        name: {key: value for key, value in resource.items() if key != "extension"}
        if isinstance(resource, dict) and resource.get("extension") in own
        else resource
        for name, resource in section.items()
    }


def scope_kind(template: Value) -> ScopeKind:
    """The level that a template is written for, by its `$schema`."""
    schema = str(template.get("$schema", "")).lower() if isinstance(template, Mapping) else ""
    for name, kind in _SCHEMAS.items():
        if name in schema:
            return kind
    return "resourceGroup"
