"""Turns an evaluated template into a template again: what a nested deployment with outer scope sends."""

from typing import Any

from armtemplate.deployment import Deployment, Resource
from armtemplate.json_types import Value
from armtemplate.session import Session
from armtemplate.unknown import Unknown


def expanded(deployment: Deployment, template: Value, scope_id: str) -> dict[str, Any]:
    """An evaluated template as a template again, without any expression but those that wait for a runtime."""
    kept = {
        name: template[name]
        for name in ("$schema", "contentVersion")
        if isinstance(template, dict) and name in template
    }
    outputs = {
        name: {"type": output.type, "value": literal(output.value)}
        | ({} if output.condition is True else {"condition": output.condition})
        for name, output in deployment.outputs.items()
    }
    return {
        **kept,
        "resources": [_declaration(resource, scope_id) for resource in deployment.resources if resource.deployed],
        "outputs": outputs,
    }


def _declaration(resource: Resource, scope_id: str) -> dict[str, Any]:
    declared: dict[str, Any] = {"type": resource.type, "name": literal(resource.name_value)}
    if resource.api_version is not None:
        declared["apiVersion"] = resource.api_version
    if resource.condition is not True:
        declared["condition"] = resource.condition
    if resource.depends_on:
        declared["dependsOn"] = list(resource.depends_on)
    if resource.scope != scope_id:
        declared["scope"] = resource.scope or "/"
    body = dict(resource.body)
    properties = body.get("properties")
    if resource.deployment is None or not isinstance(properties, dict) or "template" not in properties:
        declared.update(literal(body))
        return declared
    inner = properties["template"]  # a template of its own: its text is not this template's
    rest = literal(body | {"properties": {name: value for name, value in properties.items() if name != "template"}})
    rest["properties"]["template"] = inner
    declared.update(rest)
    return declared


def literal(value: Value) -> Value:
    """A value as template text that yields it."""
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, list):
        return [literal(item) for item in value]
    if isinstance(value, dict):
        return {_escaped_name(name, item): literal(item) for name, item in value.items()}
    return _literal_later(value) if isinstance(value, Unknown) else value


def _escaped(text: str) -> str:
    return f"[{text}" if text.startswith("[") and text.endswith("]") else text


def _escaped_name(name: str, value: Value) -> str:
    return "[string('copy')]" if name == "copy" and isinstance(value, list) else _escaped(name)


def _literal_later(unknown: Unknown) -> Unknown:
    def resume(session: Session) -> Value:
        value = unknown.resolved(session)
        return value if isinstance(value, Unknown) else literal(value)

    return Unknown(reason=unknown.reason, render=lambda: unknown.expression, resume=resume, faulty=unknown.faulty)
