"""Reads the three sources and makes one frozen Settings of them; all faults at once."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from imagegate.errors import InputError, InputFault
from imagegate.model import ResourceId, SmokeSpec, parse_duration
from imagegate.model.published_schema import is_image_name
from imagegate.settings import schema, variables
from imagegate.settings.inputs import BY_NAME, INPUTS, Input
from imagegate.settings.model import AzureSettings, BuildSettings, CloudSettings, DefinitionSettings, Settings
from imagegate.settings.work_tree_file import find_file
from imagegate.settings.yaml_document import YamlDocument, read_yaml

FILE_NAME = "imagegate.yaml"
_LARGEST_BYTES = 1024 * 1024
_SUBSCRIPTION = "azure.subscription"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def load_settings(
    folder: Path, *, inputs: Mapping[str, str | None] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Settings of the image in `folder`, which holds imagegate.yaml (or is that file).

    `inputs` are arguments by the names of the table of inputs; None and empty mean "not given".

    Raises:
        InputError: with every fault that was found, each with its place.
    """
    environment = os.environ if environment is None else environment
    file = _file_of(folder)
    document = read_yaml(_read(file), file=_shown(file), environment=environment, variables=variables.why_not)
    faults = [*document.faults, *schema.check(_as_mapping(document))]
    data = schema.with_defaults(document.value)
    values = _Values(data=data, inputs=inputs or {}, environment=environment)
    # A value that the schema refused is told as such, and not a second time as missing.
    faults += [
        _missing(entry, document)
        for entry in INPUTS
        if entry.required and values.get(entry.name) is None and entry.path not in document.values
    ]
    faults += _file_fault(document, "template", file.parent, data)
    if (subscription_id := values.get("subscription")) and not any(fault.path == _SUBSCRIPTION for fault in faults):
        faults += _subscription_faults(subscription_id, document)
    parameters_faults = _file_fault(document, "parameters", file.parent, data)
    if faults:
        faults += parameters_faults
        raise InputError(sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0)))
    return replace(_settings(file, data, values), parameters_fault=next(iter(parameters_faults), None))


def image_name(folder: Path) -> str:
    """`name` of the image in `folder`, whatever else is wrong with its file; else made of the folder's."""
    file = _file_of(folder)
    try:
        document = read_yaml(_read(file), file=_shown(file), environment={})
        name = document.value.get("name") if isinstance(document.value, dict) else None
    except InputError:
        name = None
    if isinstance(name, str) and is_image_name(name):
        return name
    made = re.sub(r"[^A-Za-z0-9_.-]+", "-", file.parent.resolve().name).strip("-._")[:51]
    return made or "image"


def load_cloud_settings(
    *, inputs: Mapping[str, str | None] | None = None, environment: Mapping[str, str] | None = None
) -> CloudSettings:
    """Cloud and subscription for a command that has no folder.

    Raises:
        InputError: no subscription is given.
    """
    environment = os.environ if environment is None else environment
    values = _Values(data={}, inputs=inputs or {}, environment=environment)
    subscription_id = values.get("subscription")
    if subscription_id is None:
        raise InputError([_missing(BY_NAME["subscription"], None)])
    if faults := _subscription_faults(subscription_id, None):
        raise InputError(faults)
    return CloudSettings(arm_endpoint=values.required("arm-endpoint").rstrip("/"), subscription_id=subscription_id)


class _Values:
    """The value of an input by precedence: argument, own variable, file, ambient variable, default."""

    def __init__(
        self, *, data: Mapping[str, Any], inputs: Mapping[str, str | None], environment: Mapping[str, str]
    ) -> None:
        self._data = data
        self._inputs = inputs
        self._environment = environment

    def get(self, name: str) -> str | None:
        entry = BY_NAME[name]
        ambient = self._environment.get(entry.ambient) if entry.ambient else None
        found = (
            self._inputs.get(name)
            or self._environment.get(entry.variable)
            or _at(self._data, entry.path)
            or ambient
            or entry.default
        )
        return None if found is None else str(found)

    def required(self, name: str) -> str:
        found = self.get(name)
        if found is None:
            raise InputError([_missing(BY_NAME[name], None)])
        return found


def _settings(file: Path, data: Mapping[str, Any], values: _Values) -> Settings:
    azure = AzureSettings(
        arm_endpoint=values.required("arm-endpoint").rstrip("/"),
        subscription_id=values.required("subscription"),
        resource_group=values.required("resource-group"),
        smoke_resource_group=values.get("smoke-resource-group") or f"{values.required('resource-group')}-smoke",
        location=values.required("location"),
        gallery=values.required("gallery"),
        definition=values.required("definition"),
        identity=values.required("identity"),
        further_definitions=tuple(ResourceId(one.rstrip("/")) for one in data["azure"].get("further-definitions", ())),
    )
    made, build = data["image-definition"], data["build"]
    try:
        timeout = values.get("build-timeout")
        timeout_s = parse_duration(timeout) if timeout else None
    except ValueError as error:
        raise InputError.of(str(error), path="build-timeout") from error
    return Settings(
        folder=file.parent,
        file=file,
        name=data["name"],
        template=file.parent / data["template"],
        parameters=file.parent / data["parameters"] if "parameters" in data else None,
        azure=azure,
        definition=DefinitionSettings(
            publisher=made["publisher"],
            offer=made.get("offer", data["name"]),
            sku=made.get("sku", azure.definition),
            security_type="Standard" if made["hyper-v-generation"] == "V1" else made["security-type"],
            hyper_v_generation=made["hyper-v-generation"],
            architecture=made["architecture"],
        ),
        build=BuildSettings(
            vm_sizes=_listed(build.get("vm-size") or ()),
            timeout_s=timeout_s,
            submit_timeout_s=parse_duration(build["submit-timeout"]),
            replication_timeout_s=parse_duration(build["wait-for-replication"]),
        ),
        smoke=SmokeSpec.from_mapping(data["smoke"], promote=data["promote"]),
    )


def _listed(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _file_of(folder: Path) -> Path:
    """The folder's imagegate.yaml, by its usual ending or the other one; a file is taken as it is."""
    if folder.suffix in {".yaml", ".yml"}:
        return folder
    file = folder / FILE_NAME
    return file if file.exists() or not (other := file.with_suffix(".yml")).exists() else other


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise InputError.of(f"larger than {_LARGEST_BYTES // 1024} KiB", file=str(file))
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        folder = file.parent
        what = f"{folder} is not a folder" if not folder.is_dir() else f"there is no {file.name} in {folder}"
        raise InputError.of(what, hint="Name the folder that holds the image's imagegate.yaml.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.of(f"cannot read it: {error}", file=str(file)) from error


def _shown(file: Path) -> str:
    """The path as a person would write it from here."""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def _as_mapping(document: YamlDocument) -> YamlDocument:
    if document.value is None:
        document.value = {}
    return document


def _at(data: Mapping[str, Any], path: tuple[str, ...]) -> object | None:
    found: object = data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def _missing(entry: Input, document: YamlDocument | None) -> InputFault:
    ways = f"{entry.help} Give --{entry.name}, set {entry.variable}" + (f" or {entry.ambient}" if entry.ambient else "")
    message = f"{entry.name} is not given"
    if document is None:
        return InputFault(message=message, hint=f"{ways}.")
    hint = f"{ways}, or write {'.'.join(entry.path)} in {document.file}."
    return document.fault(entry.path[:-1], message, hint=hint)


def _subscription_faults(subscription_id: str, document: YamlDocument | None) -> list[InputFault]:
    """A subscription's id is a GUID; its name, which people mix up with it, is found nowhere."""
    if _GUID.fullmatch(subscription_id):
        return []
    message = f'"{subscription_id}" is no subscription id'
    hint = "It is a GUID such as 11111111-2222-3333-4444-555555555555: az account show --query id"
    if document is None:
        return [InputFault(message=message, path="subscription", hint=hint)]
    return [document.fault(BY_NAME["subscription"].path, message, hint=hint)]


def _file_fault(document: YamlDocument, key: str, folder: Path, data: Mapping[str, Any]) -> list[InputFault]:
    """What is wrong with the file that a key names; at most one fault."""
    name = data.get(key)
    if not isinstance(name, str):
        return []
    if name.endswith(".bicep"):
        return [document.fault((key,), f"{name} is Bicep; a build takes JSON", hint=_compile(name))]
    found = find_file(folder, name)
    if isinstance(found, Path):
        return []
    bicep = next(folder.glob("*.bicep"), None) if key == "template" else None
    hint = _compile(bicep.name, name) if bicep else None
    return [document.fault((key,), found, hint=hint)]


def _compile(bicep: str, json: str = "template.json") -> str:
    return f"Make it first: az bicep build --file {bicep} --outfile {json}"
