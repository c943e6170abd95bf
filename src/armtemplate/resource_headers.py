"""Reads what must be known of a resource before it is deployed: condition, type, name, scope, dependencies, id."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import Frame
from armtemplate.json_types import Value
from armtemplate.positions import PathLink
from armtemplate.residual import literal_text
from armtemplate.resource_ids import resource_id_in
from armtemplate.scope import Scope
from armtemplate.session import Session
from armtemplate.structure import evaluate_structure
from armtemplate.unknown import Unknown
from armtemplate.values import kind_of

DEPLOYMENT_TYPE = "microsoft.resources/deployments"


def extension_of(declaration: Mapping[str, Any]) -> str | None:
    """The extension that a resource belongs to, such as Microsoft Graph; None for ARM's own."""
    return next((str(declaration[key]) for key in ("import", "extension") if key in declaration), None)


def quiet(frame: Frame) -> Frame:
    """A frame whose faults go nowhere: what is not deployed need not evaluate. Wrong syntax is told by `inspect`."""
    return replace(frame, session=Session(runtime=frame.session.runtime, work=frame.session.work))


def read_condition(declaration: dict[str, Any], frame: Frame, path: PathLink) -> bool | Unknown:
    """Whether the resource is deployed; the words `true` and `false` count."""
    text = declaration.get("condition", True)
    condition = evaluate_structure(text, frame, (path, "condition"))
    if isinstance(condition, str) and condition.lower() in ("true", "false"):
        condition = condition.lower() == "true"
    if isinstance(condition, bool | Unknown):
        return condition
    expression = text if isinstance(text, str) else None
    message = f"a condition must be a boolean, and is of type '{kind_of(condition)}'"
    return frame.report(ExpressionError(message, offset=0), (path, "condition"), expression)


def read_text(
    declaration: dict[str, Any], key: str, frame: Frame, path: PathLink, *, required: bool = True
) -> str | Unknown | None:
    """A header that must be text; None where it is missing or at fault."""
    if key not in declaration:
        if required and extension_of(declaration) is None:
            frame.report(ExpressionError(f"the resource has no '{key}'"), path)
        return None
    value = evaluate_structure(declaration[key], frame, (path, key))
    if isinstance(value, Unknown):
        return None if value.faulty else value
    if not isinstance(value, str) or not value:
        text = declaration[key] if isinstance(declaration[key], str) else None
        message = f"a resource's {key} must be a string that is not empty" + (
            "" if isinstance(value, str) else f", and is of type '{kind_of(value)}'"
        )
        frame.report(ExpressionError(message, offset=0), (path, key), text)
        return None
    return value


def full_name(parent: str | Unknown, name: str | Unknown) -> str | Unknown:
    """The name of a resource inside another: the segments of both, as soon as both are known."""
    if isinstance(parent, str) and isinstance(name, str):
        return f"{parent}/{name}"
    parts = (parent, name)
    unknown = next(part for part in parts if isinstance(part, Unknown))

    def resume(session: Session) -> Value:
        texts = [part if isinstance(part, str) else part.resolved(session) for part in parts]
        return next((text for text in texts if not isinstance(text, str)), "/".join(map(str, texts)))

    return Unknown(
        reason=unknown.reason,
        render=lambda: f"format('{{0}}/{{1}}', {literal_text(parent)}, {literal_text(name)})",
        resume=resume,
        faulty=any(isinstance(part, Unknown) and part.faulty for part in parts),
    )


def read_id(kind: str, name: str | Unknown, scope_id: str, frame: Frame, path: PathLink) -> str | None:
    """The id; None where type and name do not fit together."""
    if "/" not in kind:
        frame.report(
            ExpressionError(f"'{kind}' is no resource type; one looks like 'Microsoft.Compute/virtualMachines'"),
            (path, "type"),
        )
        return None
    if isinstance(name, Unknown):
        return f"{scope_id}/providers/{kind}/{name}"
    try:
        return resource_id_in(scope_id, kind, name)
    except ExpressionError:
        needed = kind.count("/")
        message = (
            f"the template resource '{name}' for type '{kind}' has incorrect segment lengths: the type has {needed} "
            f"segments behind its namespace, so the name must have as many, with '/' between; it has "
            f"{name.count('/') + 1}"
        )
        frame.report(ExpressionError(message), (path, "name"))
        return None


def read_depends_on(declaration: dict[str, Any], frame: Frame, path: PathLink) -> list[Any]:
    """The entries of `dependsOn`, evaluated."""
    if "dependsOn" not in declaration:
        return []
    value = evaluate_structure(declaration["dependsOn"], frame, (path, "dependsOn"))
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Unknown) and value is not None:
        frame.report(
            ExpressionError(f"dependsOn must be an array, and is of type '{kind_of(value)}'"), (path, "dependsOn")
        )
    return []


def read_scope_id(declaration: Mapping[str, Any], frame: Frame, path: PathLink, kind: str) -> str | None:
    """The id of the scope that a resource is deployed to."""
    texts = {
        key: evaluate_structure(declaration[key], frame, (path, key))
        for key in ("scope", "subscriptionId", "resourceGroup")
        if declaration.get(key) not in (None, "")
    }
    if any(isinstance(value, Unknown) and value.faulty for value in texts.values()):
        return None
    if "scope" in texts:
        return qualified_scope(str(texts["scope"]), frame.destination)
    if kind.lower() != DEPLOYMENT_TYPE or not texts:
        return frame.destination.id
    subscription = str(texts.get("subscriptionId", frame.destination.subscription_id))
    group = texts.get("resourceGroup")
    return f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group is not None else "")


def qualified_scope(text: str, scope: Scope) -> str:
    """The id that a `scope` property means: absolute, the tenant (`/`), or type and name in the deployment's scope."""
    if text.startswith("/"):
        return text.rstrip("/")
    if text.lower().startswith("microsoft.management/managementgroups/"):
        return f"/providers/{text}"
    return f"{scope.id}/providers/{text}" if text else scope.id
