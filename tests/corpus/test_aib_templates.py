"""Published image templates evaluate with parameters derived from their text, or give faults that a person approved.

To approve what changed: `ARMTEMPLATE_APPROVE=1 .venv/bin/pytest tests/corpus/test_aib_templates.py`, then
`git diff`.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from armtemplate import Deployment, Document, Scope, TemplateFaults, evaluate, parse_json, parse_parameters
from armtemplate.envelope import scope_kind
from armtemplate.errors import ExpressionError
from armtemplate.expression_parser import parse_expression
from armtemplate.expressions import Call, Expression, Index, Literal, Property, is_expression
from armtemplate.json_types import Value
from armtemplate.members import PARAMETER, canonical

_APPROVED = Path(__file__).parent / "aib_templates_approved.json"
_FOLDERS = ("arm", "standalone", "malformed")
_BY_NAME = {"region": "westeurope", "region1": "westeurope", "region2": "northeurope", "location": "westeurope"}
_BOOLEAN_CALLS = ("if", "and", "or", "not")
_INTEGER_CALLS = ("add", "sub", "mul", "div", "mod", "range", "less", "lessorequals", "greater", "greaterorequals")


def test_every_template_gives_what_a_person_approved(corpus: Path) -> None:
    """Resources, outputs and unknowns, or the faults, are those of the approved file."""
    actual = dict(_results(corpus / "aib-templates"))
    if os.environ.get("ARMTEMPLATE_APPROVE"):
        _APPROVED.write_text(json.dumps(actual, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    approved = json.loads(_APPROVED.read_text(encoding="utf-8"))
    different = {name: result for name, result in actual.items() if name in approved and approved[name] != result}
    assert not different, json.dumps(different, indent=1)


def test_a_template_without_parameters_names_all_that_is_missing_at_once(corpus: Path) -> None:
    """Without parameters, the faults name exactly the parameters that have no default, besides placeholders."""
    for path in _templates(corpus / "aib-templates"):
        try:
            document = parse_json(path.read_bytes(), file=path.name)
        except TemplateFaults:
            continue
        required = set(_required(document))
        faults: tuple[Any, ...] = ()
        try:
            evaluate(document)
        except TemplateFaults as error:
            faults = error.faults
        missing = {fault.json_path.removeprefix("parameters.") for fault in faults if "has no value" in fault.message}
        assert missing == required, path.name
        assert all(fault.line is not None and fault.file == path.name for fault in faults)


def test_every_image_template_resource_has_a_body_that_the_service_takes(corpus: Path) -> None:
    """Each evaluated image template has properties with a source and a distribute list, and no header in its body."""
    seen = 0
    for path in _templates(corpus / "aib-templates"):
        for deployment in _deployments(path, corpus / "aib-templates" / "params"):
            for resource in deployment.deployed_resources():
                if resource.type.lower() == "microsoft.virtualmachineimages/imagetemplates":
                    seen += 1
                    assert {"source", "distribute"} <= resource.body["properties"].keys(), path.name
                    assert not {"type", "name", "apiVersion", "dependsOn", "copy", "condition"} & resource.body.keys()
    assert seen


def _templates(folder: Path) -> list[Path]:
    return [path for name in _FOLDERS for path in sorted((folder / name).glob("*.json"))]


def _deployments(path: Path, parameter_folder: Path) -> Iterator[Deployment]:
    try:
        yield _evaluated(path, parameter_folder)[1]
    except TemplateFaults:
        return


def _results(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in _templates(folder):
        name = f"{path.parent.name}/{path.name}"
        try:
            origin, deployment = _evaluated(path, folder / "params")
        except TemplateFaults as error:
            yield name, {"faults": [str(fault).splitlines()[0].replace(path.name, "FILE") for fault in error.faults]}
        else:
            yield name, {"parameters": origin, **_summary(deployment)}


def _summary(deployment: Deployment) -> dict[str, Any]:
    return {
        "resources": [
            f"{item.type} {item.name}" + ("" if item.deployed else " (not deployed)") for item in deployment.resources
        ],
        "nested": [
            f"{item.type} {item.name}" for item in deployment.deployed_resources() if item not in deployment.resources
        ],
        "outputs": sorted(deployment.outputs),
        "unknowns": sorted({unknown.expression[:200] for unknown in deployment.unknowns}),
    }


def _evaluated(path: Path, parameter_folder: Path) -> tuple[str, Deployment]:
    """The deployment with the first parameters that the template takes; else the faults with those from its text."""
    document = parse_json(path.read_bytes(), file=path.name)
    inferred = _inferred(document)
    for file in sorted(parameter_folder.glob("*.json")):
        given = parse_parameters(parse_json(file.read_bytes(), file=file.name))
        if not given.keys() & inferred.keys():
            continue
        try:
            return file.name, evaluate(
                document,
                parameters={name: given.get(name, value) for name, value in inferred.items()},
                scope=_scope(document),
            )
        except TemplateFaults:
            continue
    return "from its text", evaluate(document, parameters=inferred, scope=_scope(document))


def _declared(document: Document) -> dict[str, dict[str, Any]]:
    if not isinstance(document.value, dict) or "resources" not in document.value:
        return {}
    return {name: canonical(item, PARAMETER) for name, item in document.value.get("parameters", {}).items()}


def _required(document: Document) -> dict[str, dict[str, Any]]:
    """The parameters without default that must have a value, references followed."""
    declared = {
        name: _followed(item, document.value.get("definitions", {})) for name, item in _declared(document).items()
    }
    return {name: item for name, item in declared.items() if "defaultValue" not in item and not item.get("nullable")}


def _followed(declaration: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in declaration:
        target: dict[str, Any] = definitions[declaration["$ref"].rpartition("/")[2]]
        declaration = target | {name: item for name, item in declaration.items() if name != "$ref"}
    return declaration


def _inferred(document: Document) -> dict[str, Any]:
    """Values for the parameters without default, shaped by how the template reads them, and for its placeholders."""
    shapes: dict[str, Any] = {}
    for key, text in _strings(document.value, ""):
        _read_shapes(key, text, shapes)
    values: dict[str, Any] = {}
    definitions = document.value.get("definitions", {})
    for name, declaration in _required(document).items():
        values[name] = _value(name, declaration, shapes.get(name.lower()), definitions)
    if "_artifactsLocation" in _declared(document):  # its default is the address that a linked template came from
        values["_artifactsLocation"] = "https://example.com/"
    return values | {name: _BY_NAME.get(name, name) for name in _placeholders(document)}


def _placeholders(document: Document) -> set[str]:
    try:
        evaluate(document)
    except TemplateFaults as error:
        found = [
            fault.message.partition("give a value for '")[2].removesuffix("'")
            for fault in error.faults
            if "is not filled" in fault.message
        ]
        return set(found)
    return set()


def _value(name: str, declaration: dict[str, Any], shape: Value, definitions: dict[str, Any]) -> Value:
    declaration = _followed(declaration, definitions)
    if "allowedValues" in declaration:
        return declaration["allowedValues"][0]
    kind = declaration.get("type", "string").lower()
    if kind in ("object", "secureobject"):
        return _declared_object(declaration, definitions) or (_shaped(shape) if isinstance(shape, dict) else {})
    if kind == "array":
        items = declaration.get("items")
        if isinstance(items, dict):
            return [_value(name, items, None, definitions)]
        return _shaped(shape) if isinstance(shape, list) else []
    return {"int": declaration.get("minValue", 1), "bool": True}.get(
        kind, _BY_NAME.get(name, f"{name}-value")[: declaration.get("maxLength", 64)]
    )


def _declared_object(declaration: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    properties = dict(declaration.get("properties", {}))
    if "discriminator" in declaration:
        tag, variant = next(iter(declaration["discriminator"]["mapping"].items()))
        properties |= _followed(variant, definitions).get("properties", {})
        properties[declaration["discriminator"]["propertyName"]] = {"type": "string", "allowedValues": [tag]}
    followed = {name: _followed(item, definitions) for name, item in properties.items()}
    return {name: _value(name, item, None, definitions) for name, item in followed.items() if not item.get("nullable")}


def _strings(value: Value, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _strings(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, key)


def _read_shapes(key: str, text: str, shapes: dict[str, Any]) -> None:
    if not is_expression(text):
        return
    try:
        root = parse_expression(text).root
    except ExpressionError:
        return
    _visit(root, {"condition": True, "count": 1}.get(key, "value"), shapes)


def _visit(node: Expression, leaf: Value, shapes: dict[str, Any]) -> None:
    """Notes what is read of parameters: members become objects, indexes arrays, a leaf what its place asks for."""
    chain: list[str | None] = []
    top = node
    while isinstance(node, (Property, Index)):
        if isinstance(node, Index):
            _visit(node.index, "value", shapes)
        name = (
            node.name if isinstance(node, Property) else node.index.value if isinstance(node.index, Literal) else None
        )
        chain.insert(0, name if isinstance(name, str) else None)
        node = node.target
    if isinstance(node, Call) and node.key == "parameters" and isinstance(node.arguments[0], Literal):
        _note(shapes, [str(node.arguments[0].value).lower(), *chain], leaf)
    elif isinstance(node, Call):
        for place, argument in enumerate(node.arguments):
            wanted: Value = True if node.key in _BOOLEAN_CALLS[1:] or (node.key == "if" and place == 0) else "value"
            wanted = 1 if node.key in _INTEGER_CALLS else [] if node.key == "length" else wanted
            _visit(argument, leaf if node.key == "if" and place and top is node else wanted, shapes)


def _note(shapes: dict[str, Any], path: list[str | None], leaf: Value) -> None:
    here: Value = shapes
    for step, following in zip(path, [*path[1:], ""], strict=True):
        last = following == ""
        fresh: Value = leaf if last else [] if following is None else {}
        if step is None and isinstance(here, list):
            if not here or (not last and not isinstance(here[0], type(fresh))):
                here[:] = [fresh]
            here = here[0]
        elif step is not None and isinstance(here, dict):
            if (
                step not in here
                or (not last and not isinstance(here[step], (dict, list)))
                or (leaf is not None and here[step] == "value" and last)
            ):
                here[step] = fresh
            here = here[step]
        else:
            return


def _shaped(shape: Value) -> Value:
    return json.loads(json.dumps(shape))


def _scope(document: Document) -> Scope:
    """Stand-ins at the template's level, with one time and one random GUID, so that every run gives the same text."""
    return Scope(
        kind=scope_kind(document.value),
        utc_now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        new_guid=lambda: "00000000-0000-0000-0000-000000000000",
    )
