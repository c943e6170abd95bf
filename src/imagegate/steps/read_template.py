"""Read the image template of a folder: evaluate it, find its local files, tell every fault with its place."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import armtemplate
from armtemplate import Deployment, Document, Resource, Scope, TemplateFaults, Unknown
from imagegate.errors import InputError, InputFault
from imagegate.model.template_source import BodyPath, LocalScript, TemplateSource, steps_in
from imagegate.settings import Settings
from imagegate.settings.work_tree_file import find_file
from imagegate.steps.check_targets import check_targets
from imagegate.steps.find_builder_on_vm import find_builder_on_vm

RESOURCE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
_URL = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FILE_KEYS = ("scriptUri", "sourceUri")
_MEMBERS = ("location", "tags", "identity", "properties")
_BUILDER_ON_VM = "Image Builder acts as this identity, so the build VM may not have it: every customizer could"


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
    `galleryName` …) for parameters that it declares and the file leaves open. In a bare body the file fills the
    `<placeholders>`.

    Raises:
        InputError: every fault of template, parameters and local files.
    """
    file = _shown(settings.template)
    parameters, faults = _parameters(settings)
    try:
        document = armtemplate.parse_json(settings.template.read_bytes(), file=file)
        if not isinstance(document.value, dict):
            raise InputError([*faults, InputFault(message="expected a JSON object", file=file)])
        supplied = _supplied(settings, document.value, template_name)
        if faults:
            supplied = {**_unread(document.value), **supplied}
        deployment = armtemplate.evaluate(
            document, parameters=parameters, supplied=supplied, scope=_scope(settings, template_name, tenant_id)
        )
    except TemplateFaults as error:
        raise InputError([*faults, *map(_fault, error.faults)]) from error
    except OSError as error:
        raise InputError([*faults, InputFault(message=f"cannot read it: {error.strerror}", file=file)]) from error
    resource = _image_template(deployment, document)
    body, at = {key: value for key, value in resource.body.items() if key in _MEMBERS}, _path(resource.json_path)
    if runtime is not None and not faults:
        body = _finished(body, deployment, resource, runtime, document)
    body = _completed(body, settings)
    scripts, missing = _local_scripts(body, settings.template.parent, document, at)
    faults += missing
    faults += _shape_faults(body, document, at)
    faults += [_placed(document, (*at, *path), _BUILDER_ON_VM) for path in find_builder_on_vm(body, settings.azure)]
    faults += check_targets(body, settings.azure, lambda path, *words: _placed(document, (*at, *path), *words))
    if faults:
        raise InputError(faults)
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


def _scope(settings: Settings, template_name: str, tenant_id: str) -> Scope:
    return Scope(
        kind="resourceGroup",
        subscription_id=settings.azure.subscription_id,
        resource_group=settings.azure.resource_group,
        location=settings.azure.location,
        deployment_name=template_name,
        tenant_id=tenant_id or Scope().tenant_id,
    )


def _finished(
    body: dict[str, Any], deployment: Deployment, resource: Resource, runtime: Runtime, document: Document
) -> dict[str, Any]:
    """The body with what only the cloud knows."""
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
    return body


def _parameters(settings: Settings) -> tuple[Document | None, list[InputFault]]:
    """The parameter file, or what is wrong with it."""
    if settings.parameters_fault is not None:
        return None, [settings.parameters_fault]
    if settings.parameters is None:
        return None, []
    file = _shown(settings.parameters)
    try:
        return armtemplate.parse_json(settings.parameters.read_bytes(), file=file), []
    except TemplateFaults as error:
        return None, [_fault(fault) for fault in error.faults]
    except OSError as error:
        return None, [InputFault(message=f"cannot read it: {error.strerror}", file=file)]


def _unread(template: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters whose file could not be read: their values are unknown, and not missing as well."""
    declared = template.get("parameters")
    return {
        name: Unknown(reason="the parameter file could not be read", render=lambda: "null()", faulty=True)
        for name, declaration in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(declaration, dict) and "defaultValue" not in declaration
    }


def _supplied(settings: Settings, template: Mapping[str, Any], template_name: str) -> dict[str, Any]:
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
    file = find_file(folder, named)
    if isinstance(file, str):
        return file
    try:
        content = file.read_bytes()
    except OSError as error:
        return f'cannot read "{named}": {error.strerror}'
    digest = hashlib.sha256(content).hexdigest()
    if checksum and checksum.lower() != digest:
        return f'"{named}" has the SHA-256 {digest}, and sha256Checksum says {checksum}'
    return LocalScript(step=path, key=key, relative_path=named, file=file, content=content, sha256=digest)


def _placed(document: Document, path: BodyPath, message: str, hint: str | None = None) -> InputFault:
    position = document.position(path)
    return InputFault(
        message=message,
        file=document.file,
        line=position.line,
        column=position.column,
        path="".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix("."),
        hint=hint,
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
