"""Reading the image template of a folder."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from fake_wire import SUBSCRIPTION
from imagegate.errors import InputError
from imagegate.model.template_source import TemplateSource
from imagegate.settings import Settings, load_settings
from imagegate.steps.hash_content import hash_content
from imagegate.steps.read_template import read_template

SETTINGS = (
    f"name: web\nazure: {{subscription: {SUBSCRIPTION}, resource-group: rg, location: westeurope,"
    " gallery: golden, definition: web}\n"
)
DEFINITION = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/web"
PROPERTIES: dict[str, Any] = {
    "source": {"type": "PlatformImage"},
    "customize": [{"type": "Shell", "inline": ["a", "b"]}],
    "distribute": [{"type": "SharedImage", "runOutputName": "web", "galleryImageId": DEFINITION}],
}
TEMPLATE_TYPE = "Microsoft.VirtualMachineImages/imageTemplates"


class Answers:
    """A runtime that answers every reference with its own id."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Any:  # noqa: ANN401 - the protocol
        """Properties."""
        return {"id": resource_id}

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Any) -> Any:  # noqa: ANN401 - the protocol
        """Nothing."""
        return {}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a folder whose template each test writes."""
    (tmp_path / "imagegate.yaml").write_text(SETTINGS)
    (tmp_path / "template.json").write_text("{}")
    return load_settings(tmp_path, environment={})


def _write(settings: Settings, document: object) -> None:
    settings.template.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))


def _deployment(resource: dict[str, Any], *others: dict[str, Any], **sections: object) -> dict[str, Any]:
    template = {"type": TEMPLATE_TYPE, "apiVersion": "2025-10-01", "name": "t", "properties": PROPERTIES, **resource}
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        **sections,
        "resources": [*others, template],
    }


def _read(settings: Settings, **options: Any) -> TemplateSource:  # noqa: ANN401 - passed on
    return read_template(settings, template_name="web-1", **options)


def _faults(settings: Settings) -> list[str]:
    with pytest.raises(InputError) as caught:
        _read(settings)
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


def test_a_bare_body_is_completed(settings: Settings) -> None:
    """A bare body gets region and builder identity where it has none; what is no part of a request is left out."""
    _write(settings, {"type": TEMPLATE_TYPE, "apiVersion": "2024-02-01", "name": "x", "properties": PROPERTIES})

    body = _read(settings).body

    assert set(body) == {"location", "identity", "properties"}
    assert body["location"] == "westeurope"
    assert list(body["identity"]["userAssignedIdentities"]) == [
        (
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ManagedIdentity"
            "/userAssignedIdentities/imagegate-builder"
        )
    ]


def test_what_we_know_fills_declared_parameters(settings: Settings) -> None:
    """Parameters that the template declares, in its own spelling, get what imagegate.yaml says."""
    names = [
        "location",
        "ImageTemplateName",
        "galleryName",
        "imageDefinitionName",
        "identityName",
        "imageTemplateResourceGroup",
    ]
    tags = {name: f"[parameters('{name}')]" for name in names}
    _write(settings, _deployment({"tags": tags}, parameters={name: {"type": "string"} for name in names}))

    assert list(_read(settings).body["tags"].values()) == [
        "westeurope",
        "web-1",
        "golden",
        "web",
        "imagegate-builder",
        "rg",
    ]


@pytest.mark.parametrize("wrapped", [True, False], ids=["ARM parameter file", "plain mapping"])
def test_the_parameter_file_wins(settings: Settings, wrapped: bool) -> None:
    """What the parameter file says is not replaced by what we know; both kinds of file are read."""
    value = {"galleryName": {"value": "other"}}
    plain = {"galleryName": "other"}
    document = {"contentVersion": "1.0.0.0", "$schema": "x/deploymentParameters.json#", "parameters": value}
    parameters = settings.folder / "parameters.json"
    parameters.write_text(json.dumps(document if wrapped else plain))
    tags = {"gallery": "[parameters('galleryName')]"}
    _write(settings, _deployment({"tags": tags}, parameters={"galleryName": {"type": "string"}}))

    assert _read(dataclasses.replace(settings, parameters=parameters)).body["tags"] == {"gallery": "other"}


@pytest.mark.parametrize("wrapped", [True, False], ids=["ARM parameter file", "plain mapping"])
def test_faults_of_given_values_are_in_their_file(settings: Settings, wrapped: bool) -> None:
    """A value of the wrong type and one that nobody declares have their places in the parameter file."""
    plain = {"count": "three", "nosuch": 1}
    entries = {name: {"value": value} for name, value in plain.items()}
    document = {"contentVersion": "1.0.0.0", "$schema": "x/deploymentParameters.json#", "parameters": entries}
    parameters = settings.folder / "parameters.json"
    parameters.write_text(json.dumps(document if wrapped else plain, indent=1))
    _write(settings, _deployment({}, parameters={"count": {"type": "int"}}))

    with pytest.raises(InputError) as caught:
        _read(dataclasses.replace(settings, parameters=parameters))

    lines = parameters.read_text().splitlines()
    assert {Path(fault.file or "").name for fault in caught.value.faults} == {"parameters.json"}
    assert ["count" in fault.message or "nosuch" in fault.message for fault in caught.value.faults] == [True, True]
    assert [lines[(fault.line or 0) - 1].strip().split('"')[1] for fault in caught.value.faults] == ["count", "nosuch"]


@pytest.mark.parametrize("content", [None, "{"], ids=["missing", "no JSON"])
def test_parameter_file_and_script_are_missing(settings: Settings, content: str | None) -> None:
    """A parameter file that cannot be read hides no fault of the template, and leaves no parameter to be missed."""
    if content is not None:
        (settings.folder / "parameters.json").write_text(content)
    (settings.folder / "imagegate.yaml").write_text(f"{SETTINGS}parameters: parameters.json\n")
    properties = PROPERTIES | {"customize": [{"type": "Shell", "scriptUri": "gone.sh"}]}
    resource = {"tags": {"size": "[parameters('size')]"}, "properties": properties}
    _write(settings, _deployment(resource, parameters={"size": {"type": "string"}}))

    with pytest.raises(InputError) as caught:
        _read(load_settings(settings.folder, environment={}))

    told = [f"{Path(fault.file or '').name} {fault.message}" for fault in caught.value.faults]
    assert len(told) == 2
    assert "parameters.json" in told[0]
    assert f"template.json there is no file {settings.folder / 'gone.sh'}" in told[1]


def test_placeholders_of_a_bare_body(settings: Settings) -> None:
    """The parameter file fills a bare body's placeholders; what is left open and what fits nowhere is named."""
    parameters = settings.folder / "parameters.json"
    parameters.write_text('{"region1": "westeurope"}')
    filled = dataclasses.replace(settings, parameters=parameters)
    _write(settings, {"type": TEMPLATE_TYPE, "location": "<region1>", "properties": PROPERTIES})

    assert _read(filled).body["location"] == "westeurope"
    with pytest.raises(InputError, match="placeholder '<region1>' is not filled"):
        _read(settings)

    parameters.write_text('{"region1": "westeurope", "typo": "x"}')
    with pytest.raises(InputError, match="no placeholder '<typo>'") as caught:
        _read(filled)
    assert Path(caught.value.faults[0].file or "").name == "parameters.json"


def test_all_faults_of_the_language_at_once(settings: Settings) -> None:
    """Missing parameters and broken expressions come together, with line, path and the expression."""
    _write(
        settings,
        _deployment({"tags": {"a": "[nosuch()]"}, "location": "[concat(]"}, parameters={"x": {"type": "string"}}),
    )

    with pytest.raises(InputError) as caught:
        _read(settings)

    assert len(caught.value.faults) >= 3
    assert all(fault.line for fault in caught.value.faults)
    assert any("^" in (fault.excerpt or "") for fault in caught.value.faults)


def test_unreadable_json(settings: Settings) -> None:
    """A syntax error is one fault with its place."""
    _write(settings, '{\n  "a": +\n}')

    with pytest.raises(InputError) as caught:
        _read(settings)

    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(2, 8)]


def test_only_the_image_template_is_submitted(settings: Settings) -> None:
    """Other resources are refused by name and line, since a build would leave them out in silence."""
    gallery = {"type": "Microsoft.Compute/galleries", "apiVersion": "2023-07-03", "name": "g", "location": "x"}
    _write(settings, _deployment({}, gallery))

    assert _faults(settings) == [
        "g: a build submits the image template alone, and this is a Microsoft.Compute/galleries"
    ]


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_image_template(settings: Settings, count: int) -> None:
    """None and two are faults; one that a condition leaves out does not count."""
    document = _deployment({})
    document["resources"] = [{**document["resources"][0], "name": f"t{n}"} for n in range(count)]
    document["resources"].append({**_deployment({})["resources"][0], "name": "no", "condition": False})
    _write(settings, document)

    assert _faults(settings) == [f"None: expected one resource of type {TEMPLATE_TYPE}, found {count or 'none'}"]


@pytest.mark.parametrize(
    ("properties", "fault"),
    [
        ({"distribute": PROPERTIES["distribute"]}, "the image template has no source"),
        ({"source": {}, "distribute": []}, "the image template distributes to nowhere"),
        ("x", "'properties' must be an object"),
    ],
)
def test_the_least_that_a_build_needs(settings: Settings, properties: object, fault: str) -> None:
    """A template without source or target is told before anything is asked of Azure."""
    _write(settings, {"properties": properties})

    assert _faults(settings) == [f"properties: {fault}"]


def test_the_build_vm_may_not_have_the_builder(settings: Settings) -> None:
    """Whom Image Builder acts as, here or on the side of pull requests, is refused on the VM, each with its place."""
    kind = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    own, main, other, plain = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/{kind}/{name}"
        for group, name in (
            ("x", "own"),
            ("RG", "imagegate-builder"),
            ("rg-pull-requests", "imagegate-builder"),
            ("rg", "application"),
        )
    )
    properties = {**PROPERTIES, "vmProfile": {"UserAssignedIdentities": [plain, own, main, other]}}
    identity = {"type": "UserAssigned", "userAssignedIdentities": {own: {}}}
    _write(settings, _deployment({"identity": identity, "properties": properties}))

    with pytest.raises(InputError) as caught:
        _read(settings)

    lines = settings.template.read_text().splitlines()
    named = [lines[(fault.line or 0) - 1].strip(' ",') for fault in caught.value.faults]
    assert named == [own, main, other]
    assert {fault.message.partition(",")[0] for fault in caught.value.faults} == {"Image Builder acts as this identity"}


def test_the_build_vm_may_have_another_identity(settings: Settings) -> None:
    """An identity of the image's own is nobody's builder."""
    another = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/x/y/application"
    _write(settings, _deployment({"properties": {**PROPERTIES, "vmProfile": {"userAssignedIdentities": [another]}}}))

    assert _read(settings).properties["vmProfile"] == {"userAssignedIdentities": [another]}


def test_local_files(settings: Settings) -> None:
    """Relative paths are files of the folder, in customizers and validators; addresses stay what they are."""
    (settings.folder / "a.sh").write_text("echo a")
    properties = PROPERTIES | {
        "customize": [
            {"type": "Shell", "scriptUri": "a.sh"},
            {"type": "Shell", "scriptUri": "https://example.com/b.sh"},
            {"type": "File", "sourceUri": "./a.sh", "destination": "/tmp/a"},  # noqa: S108 - a path in the image
        ],
        "validate": {"inVMValidations": [{"type": "Shell", "scriptUri": "a.sh"}]},
    }
    _write(settings, _deployment({"properties": properties}))

    scripts = _read(settings).scripts

    assert [(script.step[-2:], script.key) for script in scripts] == [
        (("customize", 0), "scriptUri"),
        (("customize", 2), "sourceUri"),
        (("inVMValidations", 0), "scriptUri"),
    ]
    assert {script.blob_name for script in scripts} == {f"{scripts[0].sha256}.sh"}


def test_files_that_cannot_be_used(settings: Settings) -> None:
    """Files that are missing, outside of the folder, or other than their checksum are faults, all at once."""
    (settings.folder / "a.sh").write_text("echo a")
    customize = [
        {"type": "Shell", "scriptUri": "gone.sh"},
        {"type": "Shell", "scriptUri": "../../etc/passwd"},
        {"type": "Shell", "scriptUri": "a.sh", "sha256Checksum": "0" * 64},
    ]
    _write(settings, {"properties": PROPERTIES | {"customize": customize}})

    faults = _faults(settings)

    assert [fault.partition(": ")[0] for fault in faults] == [f"properties.customize[{n}].scriptUri" for n in range(3)]
    assert f"there is no file {settings.folder / 'gone.sh'}" in faults[0]
    assert "leads out of" in faults[1]
    assert "and sha256Checksum says 000" in faults[2]


def test_a_link_out_of_the_folder_is_outside(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A symbolic link does not lead out of the folder."""
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("s")
    (settings.folder / "a.sh").symlink_to(secret)
    _write(settings, {"properties": PROPERTIES | {"customize": [{"type": "Shell", "scriptUri": "a.sh"}]}})

    assert "leads out of" in _faults(settings)[0]


def test_steps_know_their_lines(settings: Settings) -> None:
    """Each customizer and each inline command has its line in the template, also below other resources."""
    _write(settings, _deployment({}))
    text = settings.template.read_text().splitlines()

    lines = _read(settings).lines

    assert text[lines["properties", "customize", 0, "inline", 1] - 1].strip() == '"b"'
    assert lines["properties", "customize", 0] < lines["properties", "customize", 0, "inline", 0]


def test_references_are_asked_for_when_somebody_answers(settings: Settings) -> None:
    """`reference()` is left open while nothing may be asked, and filled in when a runtime answers."""
    expression = "[reference('/subscriptions/s/resourceGroups/r/providers/A.B/c/d', '2020-01-01').id]"
    _write(settings, _deployment({"tags": {"a": expression}}))

    assert not isinstance(_read(settings).body["tags"]["a"], str)
    answered = _read(settings, runtime=Answers())
    assert answered.body["tags"]["a"] == "/subscriptions/s/resourceGroups/r/providers/A.B/c/d"
    assert hash_content(answered, base_version="1")


def test_real_templates(settings: Settings, corpus: Path) -> None:
    """Every template of the corpus is read, or refused with faults that have a place; none breaks the reader."""
    folder = corpus / "aib-templates"
    read = 0
    for file in sorted(folder.glob("*/*.json")):
        if file.parent.name not in {"arm", "standalone", "malformed"}:
            continue
        chosen = dataclasses.replace(settings, template=file, parameters=_filling(settings, file))
        try:
            source = _read(chosen)
        except InputError as error:
            assert all(fault.file for fault in error.faults)  # noqa: PT017 - both ends are right
        else:
            assert hash_content(source, base_version="1")
            read += 1

    assert read >= 10


def _filling(settings: Settings, template: Path) -> Path:
    """A parameter file with a value for each placeholder that is left open."""
    names: list[str] = []
    try:
        _read(dataclasses.replace(settings, template=template))
    except InputError as error:
        names = [found[1] for fault in error.faults if (found := re.search("give a value for '(.+)'$", fault.message))]
    parameters = settings.folder / "parameters.json"
    parameters.write_text(json.dumps(dict.fromkeys(names, "x")))
    return parameters


def _distributing_to(*ids: object) -> dict[str, Any]:
    targets = [{"type": "SharedImage", "runOutputName": f"o{n}", "galleryImageId": one} for n, one in enumerate(ids)]
    return {"type": TEMPLATE_TYPE, "properties": {**PROPERTIES, "distribute": targets}}


def test_another_target_than_the_settings_say(settings: Settings) -> None:
    """A gallery distributor of another definition is a fault at its place, with both ids; every one is told."""
    elsewhere = DEFINITION.replace("/golden/", "/other/")
    _write(settings, _distributing_to(DEFINITION, elsewhere, DEFINITION.replace("/rg/", "/rg-hub/")))

    with pytest.raises(InputError) as caught:
        _read(settings)

    first, second = caught.value.faults
    assert first.path == "properties.distribute[1].galleryImageId"
    assert first.message == f'it distributes to "{elsewhere}", and imagegate.yaml says "{DEFINITION}"'
    lines = settings.template.read_text().splitlines()
    assert first.line is not None
    assert "galleries/other" in lines[first.line - 1]
    assert second.path == "properties.distribute[2].galleryImageId"
    assert "azure.further-definitions" in str(second.hint)


@pytest.mark.parametrize("spelled", [DEFINITION.upper(), f"{DEFINITION}/versions/1.2.3", f"{DEFINITION}/"])
def test_the_same_target_in_another_spelling(settings: Settings, spelled: str) -> None:
    """Ids compare without case, and one with a version number is of its definition."""
    _write(settings, _distributing_to(spelled))

    assert _read(settings).body


def test_further_definitions_are_listed(settings: Settings) -> None:
    """A template may distribute to several definitions where imagegate.yaml lists the others."""
    elsewhere = DEFINITION.replace("/golden/", "/golden_us/")
    text = SETTINGS.replace("definition: web", f"definition: web, further-definitions: [{elsewhere}]")
    settings.file.write_text(text)
    _write(settings, _distributing_to(DEFINITION, elsewhere))

    assert _read(load_settings(settings.folder, environment={})).body


def test_a_target_in_the_parameter_file(settings: Settings) -> None:
    """Another gallery by the parameter file is found as well: the evaluated id counts."""
    parameters = settings.folder / "parameters.json"
    parameters.write_text(json.dumps({"galleryName": "other"}))
    named = "[resourceId('Microsoft.Compute/galleries/images', parameters('galleryName'), 'web')]"
    targets = [{"type": "SharedImage", "runOutputName": "o", "galleryImageId": named}]
    resource = {"properties": {**PROPERTIES, "distribute": targets}}
    _write(settings, _deployment(resource, parameters={"galleryName": {"type": "string"}}))

    assert _read(dataclasses.replace(settings, parameters=None)).body
    with pytest.raises(InputError, match="galleries/other/images/web"):
        _read(dataclasses.replace(settings, parameters=parameters))
