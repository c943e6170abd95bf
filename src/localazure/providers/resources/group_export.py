"""A resource group as a template: what `az group export` asks for."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from localazure.arm.errors import ArmError, resource_group_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.resources.authored import EXPORT_VERSION, authored
from localazure.providers.resources.contents import is_tracked
from localazure.store import Document

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_OPTIONS = {
    "includeparameterdefaultvalue", "includecomments", "skipresourcenameparameterization", "skipallparameterization",
}  # fmt: skip


class GroupExport:
    """Writes templates that make a group's resources anew. Resources inside others' documents stay inside."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        return [
            Operation(
                operation_id="ResourceGroups_ExportTemplate",
                method="POST",
                path="/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/exportTemplate",
                action="Microsoft.Resources/subscriptions/resourceGroups/exportTemplate/action",
                handler=self._export,
            )
        ]

    def _export(self, request: ArmRequest) -> ArmResponse:
        group = self._cloud.store.get(request.target_id)
        if group is None:
            raise resource_group_not_found(request.parameters["resourceGroupName"])
        given = request.body if isinstance(request.body, dict) else {}
        options = _options(str(given.get("options") or ""))
        wanted = self._wanted(group.id, given.get("resources") or ["*"])
        results = f"/subscriptions/{request.parameters['subscriptionId']}/operationresults/{{id}}"
        return self._cloud.long_running.accept(
            request, lambda: {"template": template(wanted, options)}, status=202, result_path=results
        )

    def _wanted(self, group_id: ResourceId, asked: Collection[str]) -> list[Document]:
        here = [found for found in self._cloud.store.under(group_id) if is_tracked(found)]
        if "*" in asked:
            return here
        by_key = {found.id.key: found for found in here}
        missing = [name for name in asked if ResourceId(name).key not in by_key]
        if missing:
            message = f"The requested resources '{', '.join(missing)}' are not in resource group '{group_id.name}'."
            raise ArmError(400, "InvalidResourceInExportTemplate", message)
        return [by_key[ResourceId(name).key] for name in asked]


def template(resources: Collection[Document], options: Collection[str]) -> dict[str, Any]:
    """The template; ids of exported resources become expressions, and dependencies."""
    plain = bool({"skipallparameterization", "skipresourcenameparameterization"} & set(options))
    names = {document.id.key: _name(document.id, plain=plain) for document in resources}
    defaults = "includeparameterdefaultvalue" in options
    parameters = {
        _parameter(document.id): {"type": "String", **({"defaultValue": document.id.name} if defaults else {})}
        for document in resources
        if not plain
    }
    return {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "variables": {},
        "resources": [_resource(document, names) for document in resources],
    }


def _resource(document: Document, names: dict[str, str]) -> dict[str, Any]:
    used: set[str] = set()
    others = {key: name for key, name in names.items() if key != document.id.key}
    body = _with_expressions(authored(document.body), others, used)
    expression = names[document.id.key]
    name = f"[{expression}]" if not expression.startswith("'") else document.id.name
    head = {"type": document.id.type, "apiVersion": EXPORT_VERSION, "name": name}
    return {**head, **body, **({"dependsOn": sorted(used)} if used else {})}


def _with_expressions(value: Any, names: dict[str, str], used: set[str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {_text(key, names, used): _with_expressions(found, names, used) for key, found in value.items()}
    if isinstance(value, list):
        return [_with_expressions(entry, names, used) for entry in value]
    return _text(value, names, used) if isinstance(value, str) else value


def _text(text: str, names: dict[str, str], used: set[str]) -> str:
    """An id of an exported resource, or of something inside one, as an expression; a literal bracket doubled."""
    if text.startswith("["):
        return "[" + text
    if not text.lower().startswith("/subscriptions/"):
        return text
    parsed = ResourceId(text)
    inside: list[str] = []
    while parsed.key not in names:
        if parsed.parent is None:
            return text
        inside, parsed = [parsed.name, *inside], parsed.parent
    used.add(f"[resourceId('{parsed.type}', {names[parsed.key]})]")
    parts = ", ".join([names[parsed.key], *(f"'{name}'" for name in inside)])
    return f"[resourceId('{ResourceId(text).type}', {parts})]"


def _name(resource_id: ResourceId, *, plain: bool) -> str:
    return f"'{resource_id.name}'" if plain else f"parameters('{_parameter(resource_id)}')"


def _parameter(resource_id: ResourceId) -> str:
    kind = resource_id.type.split("/", 1)[1].replace("/", "_")
    return re.sub(r"\W", "_", f"{kind}_{resource_id.name}_name")


def _options(text: str) -> set[str]:
    given = {option.strip().lower() for option in text.split(",") if option.strip()}
    if unknown := given - _OPTIONS:
        message = f"The export template options '{', '.join(sorted(unknown))}' are not valid."
        raise ArmError(400, "InvalidExportTemplateOptions", message)
    return given
