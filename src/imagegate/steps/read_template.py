"""Read the image template of a folder: evaluate it, find its local files, tell every fault with its place."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import armtemplate
from armtemplate import Deployment, Document, Resource, Scope, TemplateFaults
from imagegate.errors import InputError, InputFault
from imagegate.model.template_source import BodyPath, LocalScript, TemplateSource, steps_in
from imagegate.settings import Settings

RESOURCE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
_URL = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FILE_KEYS = ("scriptUri", "sourceUri")
_MEMBERS = ("location", "tags", "identity", "properties")


class Runtime(Protocol):
    """Answers `reference()` and `list…()` for resources that exist."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Any:  # noqa: ANN401 - armtemplate's protocol
        """Properties, or the whole resource."""
        ...

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Any) -> Any:  # noqa: ANN401 - as above
        """The answer of a `list…` function."""
        ...


def read_template(
    settings: Settings, *, template_name: str, tenant_id: str = "", runtime: Runtime | None = None
) -> TemplateSource:
    """The image template of the folder as it would be submitted under `template_name`.

    A deployment template is evaluated with its parameter file and with what we know ourselves (`location`,
    `galleryName` …) for parameters that it declares and the file leaves open. A bare body is taken as it is.

    Raises:
        InputError: every fault of template, parameters and local files.
    """
    file = _shown(settings.template)
    try:
        document = armtemplate.parse_json(settings.template.read_bytes(), file=file)
        if not isinstance(document.value, dict):
            raise InputError.of("expected a JSON object", file=file)
        if _is_deployment_template(document.value):
            body, at = _evaluated(settings, document, template_name, tenant_id, runtime)
        else:
            body, at = _bare(document.value), ()
    except TemplateFaults as faults:
        raise InputError([_fault(fault) for fault in faults.faults]) from faults
    except OSError as error:
        raise InputError.of(f"cannot read it: {error.strerror}", file=file) from error
    body = _completed(body, settings)
    scripts, missing = _local_scripts(body, settings.template.parent, document, at)
    missing += _shape_faults(body, document, at)
    if missing:
        raise InputError(missing)
    return TemplateSource(file=file, body=body, scripts=tuple(scripts), lines=_lines(body, document, at))


def _lines(body: Mapping[str, Any], document: Document, at: BodyPath) -> dict[BodyPath, int]:
    """The line of each customizer and validator, and of each of its inline commands."""
    paths: list[BodyPath] = []
    for path, step in steps_in(body["properties"]):
        inline = step.get("inline")
        paths += [
            path,
            *((*path, "inline", number) for number in range(len(inline) if isinstance(inline, list) else 0)),
        ]
    return {path: document.position((*at, *path)).line for path in paths}


def _is_deployment_template(value: Mapping[str, Any]) -> bool:
    return "resources" in value or "deploymentTemplate.json" in str(value.get("$schema", ""))


def _bare(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in _MEMBERS if key in value}


def _evaluated(
    settings: Settings, document: Document, template_name: str, tenant_id: str, runtime: Runtime | None
) -> tuple[dict[str, Any], BodyPath]:
    scope = Scope(
        kind="resourceGroup",
        subscription_id=settings.azure.subscription_id,
        resource_group=settings.azure.resource_group,
        location=settings.azure.location,
        deployment_name=template_name,
        tenant_id=tenant_id or Scope().tenant_id,
    )
    parameters = {**_supplied(settings, document.value, template_name), **_given(settings)}
    deployment = armtemplate.evaluate(document, parameters=parameters, scope=scope)
    resource = _image_template(deployment, document)
    body = {key: value for key, value in resource.body.items() if key in _MEMBERS}
    if runtime is not None:
        body = deployment.finish(body, runtime)
        unanswered = [
            InputFault(
                message=f"the value is not known before the deployment: {unknown.reason}",
                file=document.file,
                line=resource.position.line if resource.position else None,
                column=resource.position.column if resource.position else None,
                path=resource.json_path,
                excerpt=str(unknown),
            )
            for unknown in armtemplate.unknowns_in(body)
        ]
        if unanswered:
            raise InputError(unanswered)
    return body, _path(resource.json_path)


def _given(settings: Settings) -> dict[str, Any]:
    if settings.parameters is None:
        return {}
    document = armtemplate.parse_json(settings.parameters.read_bytes(), file=_shown(settings.parameters))
    return armtemplate.parse_parameters(document)


def _supplied(settings: Settings, template: Mapping[str, Any], template_name: str) -> dict[str, str]:
    """Values of ours for the parameters that the template declares, in its own spelling."""
    azure = settings.azure
    known = {
        "location": azure.location,
        "imagetemplatename": template_name,
        "galleryname": azure.gallery,
        "imagedefinitionname": azure.definition,
        "identityname": azure.identity,
        "imagetemplateresourcegroup": azure.resource_group,
    }
    declared = template.get("parameters")
    names = declared if isinstance(declared, dict) else {}
    return {name: known[name.lower()] for name in names if name.lower() in known}


def _image_template(deployment: Deployment, document: Document) -> Resource:
    deployed = list(deployment.deployed_resources())
    wanted = [resource for resource in deployed if resource.type.lower() == RESOURCE_TYPE.lower()]
    others = [resource for resource in deployed if resource.type.lower() != RESOURCE_TYPE.lower()]
    faults = [
        InputFault(
            message=f"a build submits the image template alone, and this is a {resource.type}",
            file=document.file,
            line=resource.position.line if resource.position else None,
            column=resource.position.column if resource.position else None,
            path=resource.name,
            hint="Deploy what the image template stands on beforehand, in a template of its own.",
        )
        for resource in others
    ]
    if len(wanted) != 1:
        found = "none" if not wanted else f"{len(wanted)}"
        faults.append(
            InputFault(message=f"expected one resource of type {RESOURCE_TYPE}, found {found}", file=document.file)
        )
    if faults:
        raise InputError(faults)
    return wanted[0]


def _path(json_path: str) -> BodyPath:
    """`resources[0].properties` as a path, so that faults and customizers can be pointed at."""
    parts = re.findall(r"([^.\[\]]+)|\[(\d+)\]", json_path)
    return tuple(int(index) if index else name for name, index in parts)


def _completed(body: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """What a bare body may leave out: the region, and the identity that `imagegate setup` makes."""
    azure = settings.azure
    identity = (
        f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"
        f"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{azure.identity}"
    )
    return {
        "location": azure.location,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {},
        **body,
    }


def _shape_faults(body: Mapping[str, Any], document: Document, at: BodyPath) -> list[InputFault]:
    properties = body["properties"]
    if not isinstance(properties, dict):
        return [_placed(document, (*at, "properties"), "expected an object")]
    faults = []
    if not isinstance(properties.get("source"), dict):
        faults.append(_placed(document, (*at, "properties"), "the image template has no source"))
    distribute = properties.get("distribute")
    if not isinstance(distribute, list) or not distribute or not all(isinstance(item, dict) for item in distribute):
        faults.append(_placed(document, (*at, "properties"), "the image template distributes to nowhere"))
    return faults


def _local_scripts(
    body: Mapping[str, Any], folder: Path, document: Document, at: BodyPath
) -> tuple[list[LocalScript], list[InputFault]]:
    scripts: list[LocalScript] = []
    faults: list[InputFault] = []
    properties = body.get("properties")
    for path, step in steps_in(properties if isinstance(properties, dict) else {}):
        for key in _FILE_KEYS:
            named = step.get(key)
            if not isinstance(named, str) or not named or _URL.match(named):
                continue
            read = _local_script(folder, path, key, named, str(step.get("sha256Checksum") or ""))
            if isinstance(read, LocalScript):
                scripts.append(read)
            else:
                faults.append(_placed(document, (*at, *path, key), read))
    return scripts, faults


def _local_script(folder: Path, path: BodyPath, key: str, named: str, checksum: str) -> LocalScript | str:
    """The file, or what is wrong with it."""
    file = (folder / named).resolve()
    if not file.is_relative_to(folder.resolve()):
        return f'"{named}" is outside of the template\'s folder {folder}'
    try:
        content = file.read_bytes()
    except OSError as error:
        return f'cannot read "{named}": {error.strerror}'
    digest = hashlib.sha256(content).hexdigest()
    if checksum and checksum.lower() != digest:
        return f'"{named}" has the SHA-256 {digest}, and sha256Checksum says {checksum}'
    return LocalScript(step=path, key=key, relative_path=named, file=file, content=content, sha256=digest)


def _placed(document: Document, path: BodyPath, message: str) -> InputFault:
    position = document.position(path)
    return InputFault(
        message=message,
        file=document.file,
        line=position.line,
        column=position.column,
        path="".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix("."),
    )


def _fault(fault: armtemplate.Fault) -> InputFault:
    excerpt = None
    if fault.expression:
        caret = "" if fault.caret_offset is None else f"\n{' ' * fault.caret_offset}^"
        excerpt = f"{fault.expression}{caret}"
    return InputFault(
        message=fault.message,
        file=fault.file,
        line=fault.line,
        column=fault.column,
        path=fault.json_path or None,
        excerpt=excerpt,
    )


def _shown(file: Path) -> str:
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)
