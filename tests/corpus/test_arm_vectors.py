"""Every published expression and template gives its published result, or its difference is argued in a list."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from armtemplate import (
    ArmTemplateError,
    Deployment,
    Resource,
    Scope,
    Unknown,
    evaluate,
    evaluate_expression,
)
from armtemplate.json_types import Value

type Vector = dict[str, Any]

_HERE = Path(__file__).parent
_DIFFERENCES = _HERE / "arm_vectors_differences.json"
_GATE = ("engine", "docs", "recorded")
# What vectors need beyond their own context: zones of Microsoft.Compute/virtualMachines, and one built-in role, both as
# documented.
_PROVIDERS: list[dict[str, Any]] = [
    {
        "namespace": "Microsoft.Compute",
        "resourceTypes": [
            {"resourceType": "virtualMachines", "zoneMappings": [{"location": "West US 2", "zones": ["1", "2", "3"]}]}
        ],
    }
]
_ROLES = {"Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c"}


def test_what_the_engine_and_its_documentation_assert_holds_without_exception(corpus: Path) -> None:
    """Each pair that the engine's tests, the documentation or a recorded deployment print comes out exactly so."""
    wrong = [f"{vector['id']}: {why}" for vector, why in _judged(corpus) if why is not None and _is_gate(vector)]
    assert not wrong, "\n".join(wrong)


def test_every_other_difference_is_listed_with_its_reason_and_every_listed_one_still_differs(corpus: Path) -> None:
    """Of the remaining pairs, exactly those differ that the list names, and the list gives a reason for each."""
    listed: dict[str, str] = json.loads(_DIFFERENCES.read_text(encoding="utf-8"))
    assert all(len(reason) > 20 for reason in listed.values())
    judged = [(vector, why) for vector, why in _judged(corpus) if not _is_gate(vector)]
    present = {vector["id"] for vector, _ in judged}
    differing = {vector["id"]: why for vector, why in judged if why is not None}
    not_listed = [f"{name}: {why}" for name, why in differing.items() if name not in listed]
    no_longer = sorted(name for name in listed if name in present and name not in differing)
    assert not not_listed, "\n".join(not_listed)
    assert not no_longer, f"listed, and no longer different: {no_longer}"


def _judged(corpus: Path) -> Iterator[tuple[Vector, str | None]]:
    for vector in json.loads((corpus / "arm-vectors" / "vectors.json").read_text(encoding="utf-8")):
        if not _is_skipped(vector):
            yield vector, _difference(vector)


def _is_gate(vector: Vector) -> bool:
    return vector["authority"] in _GATE and not vector.get("derived")


def _is_skipped(vector: Vector) -> bool:
    """Whether a vector leaves open what it would be compared with."""
    return vector["kind"] != "error" and "expected" not in vector


def _difference(vector: Vector) -> str | None:
    """What is different from the published result; None when nothing is."""
    try:
        if "template" in vector:
            actual: Value = _template_result(vector)
        else:
            actual = _expression_value(vector)
    except ArmTemplateError as error:
        return None if vector["kind"] == "error" else f"raised {error}"
    if vector["kind"] == "error":
        return f"gave {actual!r} instead of a fault"
    expected = vector["expected"]
    if "template" in vector:
        return _template_difference(vector, actual)
    return None if _matches(actual, expected) else f"gave {_plain(actual)!r} instead of {expected!r}"


def _expression_value(vector: Vector) -> Value:
    context = vector.get("context", {})
    return evaluate_expression(
        vector["expression"],
        parameters=vector.get("parameters"),
        variables=vector.get("variables"),
        scope=_scope(vector),
        runtime=_Stub(context=context) if "needs" in vector else None,
    )


@dataclass(frozen=True, kw_only=True)
class _TemplateResult:
    deployment: Deployment
    outputs: dict[str, Any]


def _template_result(vector: Vector) -> _TemplateResult:
    deployment = evaluate(vector["template"], parameters=vector.get("parameters"), scope=_scope(vector))
    needs = _needs(vector)
    if needs & {"reference-stub", "list-stub"}:
        stub = _Stub(context=vector.get("context", {}), deployment=deployment)
        outputs = {name: deployment.finish(output, stub).value for name, output in deployment.outputs.items()}
    else:
        outputs = {name: output.value for name, output in deployment.outputs.items()}
    return _TemplateResult(deployment=deployment, outputs=outputs)


def _needs(vector: Vector) -> set[str]:
    needs = vector.get("needs", [])
    return {needs} if isinstance(needs, str) else set(needs)


def _scope(vector: Vector) -> Scope:
    context = vector.get("context", {})
    group = context.get("resourceGroup", {})
    subscription = context.get("subscription", {})
    tenant = context.get("tenant", {})
    deployment = context.get("deployment", {})
    needs = _needs(vector)
    scope = Scope(
        kind=context.get("scope", "resourceGroup"),
        location=group.get("location") or deployment.get("location") or "location",
        resource_group_facts={name: value for name, value in group.items() if name not in ("name", "location")},
        subscription_facts=subscription,
        tenant_facts=tenant,
        management_group_facts={k: v for k, v in context.get("managementGroup", {}).items() if k != "name"},
        utc_now=datetime.fromisoformat(context["utcNow"]) if "utcNow" in context else None,
        external_inputs={name: item["value"] for name, item in context.get("externalInputs", {}).items()},
        deployer=context.get("deployer"),
        zone_mapping=_zone_mapping(context.get("zoneMapping")),
        providers=tuple(context.get("providers", _PROVIDERS)) if "provider-metadata" in needs else None,
        role_definitions=_ROLES if "role-catalog" in needs else {},
    )
    named = {
        "subscription_id": context.get("subscriptionId") or subscription.get("subscriptionId"),
        "tenant_id": context.get("tenantId") or tenant.get("tenantId"),
        "resource_group": group.get("name"),
        "management_group": context.get("managementGroup", {}).get("name"),
        "deployment_name": deployment.get("name"),
    }
    return Scope(**{**_fields(scope), **{name: value for name, value in named.items() if value}})


def _fields(scope: Scope) -> dict[str, Any]:
    return {name: getattr(scope, name) for name in Scope.__dataclass_fields__}


def _zone_mapping(given: Mapping[str, Any] | None) -> dict[str, dict[str, str]] | None:
    if given is None:
        return None
    return {region: {zone: f"{region}-az{zone}" for zone in zones} for region, zones in given["regions"].items()}


class _Stub:
    """Answers as the engine's own test stub does: with what the template would deploy, or what the vector says."""

    def __init__(self, *, context: Mapping[str, Any], deployment: Deployment | None = None) -> None:
        self._references = {key.lower(): value for key, value in context.get("references", {}).items()}
        self._lists = {key.lower(): value for key, value in context.get("listResponses", {}).items()}
        self._deployment = deployment
        self._resources = (
            {} if deployment is None else {resource.id.lower(): resource for resource in deployment.resources}
        )

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Value:
        body = self._references.get(resource_id.lower())
        if body is None:
            body = self._body(self._resources[resource_id.lower()])
        return body if full else body.get("properties", {})

    def _body(self, resource: Resource) -> dict[str, Any]:
        finished = self._deployment.finish(resource, self) if self._deployment else resource
        body = {"id": finished.id, "name": finished.name, "type": finished.type, "apiVersion": finished.api_version}
        if resource.deployment is not None:
            outputs = {
                name: {"value": resource.deployment.finish(output, self).value}
                for name, output in resource.deployment.outputs.items()
            }
            return body | {"properties": {"outputs": outputs}}
        return body | finished.body

    def list_call(self, function: str, resource_id: str, api_version: str | None, body: Value) -> Value:
        return self._lists[f"{function}:{resource_id}".lower()]


def _template_difference(vector: Vector, actual: _TemplateResult) -> str | None:
    compare = vector.get("compare", {})
    checks = {
        "outputs": lambda wanted: _outputs_match(actual.outputs, wanted, compare.get("outputs")),
        "resources": lambda wanted: _resources_match(_all(actual.deployment), wanted, compare.get("resources")),
        "deployedResources": lambda wanted: _resources_match(
            list(actual.deployment.deployed_resources()), wanted, compare.get("deployedResources", "subset")
        ),
        "flattened": lambda wanted: _resources_match(
            _all(actual.deployment), wanted, compare.get("flattened", "subset")
        ),
        "flattenedTypes": lambda wanted: sorted(item.type for item in _all(actual.deployment)) == sorted(wanted),
        "dependencies": lambda wanted: _dependencies_match(actual.deployment, wanted),
        "batches": lambda wanted: (
            [sorted(batch) for batch in _batches(actual.deployment)] == [sorted(batch) for batch in wanted]
        ),
        "asserts": lambda wanted: _matches(dict(actual.deployment.asserts), wanted),
    }
    for part, wanted in vector["expected"].items():
        if part not in checks:
            return f"expects '{part}', which this test does not know"
        if not checks[part](wanted):
            shown = {"outputs": _plain(actual.outputs)}.get(
                part, [_shape(item) for item in actual.deployment.resources]
            )
            return f"{part}: gave {shown!r} instead of {wanted!r}"
    return None


def _all(deployment: Deployment) -> list[Resource]:
    return [resource for resource in deployment.resources if not resource.existing]


def _outputs_match(actual: dict[str, Any], wanted: dict[str, Any], compare: str | None) -> bool:
    if compare == "subset-deep":
        return _contains(actual, wanted)
    if compare == "subset":
        return all(
            name in actual
            and (_contains(actual[name], value, levels=1) if isinstance(value, dict) else _matches(actual[name], value))
            for name, value in wanted.items()
        )
    return _matches(actual, wanted)


def _resources_match(actual: list[Resource], wanted: Value, compare: str | None) -> bool:
    if isinstance(wanted, dict):
        by_name = {resource.symbolic_name: _shape(resource) for resource in actual}
        symbols = {resource.id: resource.symbolic_name for resource in actual}
        for resource in actual:
            by_name[resource.symbolic_name]["dependsOn"] = [symbols.get(other, other) for other in resource.depends_on]
        return all(name in by_name and _contains(by_name[name], item) for name, item in wanted.items())
    shapes = [_shape(resource) for resource in actual]
    if len(shapes) != len(wanted):
        return False
    if compare is None:
        return all(any(_matches(shape, item) for shape in shapes) for item in wanted)
    return all(any(_contains(shape, item) for shape in shapes) for item in wanted)


def _shape(resource: Resource) -> dict[str, Any]:
    """A resource as the vectors write it."""
    shape = {"id": resource.id, "type": resource.type, "name": resource.name, "apiVersion": resource.api_version}
    depends_on = [resource_id.rpartition("/")[2] for resource_id in resource.depends_on]
    return {**shape, **resource.body, "dependsOn": depends_on, "condition": resource.condition, "scope": resource.scope}


def _dependencies_match(deployment: Deployment, wanted: dict[str, list[str]]) -> bool:
    """Whether those listed depend on exactly what is listed; a name may be full, its last segment, or symbolic."""
    by_id = {resource.id: resource for resource in deployment.resources}
    for name, others in wanted.items():
        found = [resource for resource in deployment.resources if name in _names(resource)]
        if len(found) != 1 or len(found[0].depends_on) != len(others):
            return False
        named = [_names(by_id[other]) for other in found[0].depends_on]
        if not all(any(other in names for names in named) for other in others):
            return False
    return True


def _names(resource: Resource) -> set[str]:
    return {resource.name, resource.name.rpartition("/")[2], resource.symbolic_name or resource.name, resource.id}


def _batches(deployment: Deployment) -> list[list[str]]:
    """The names of loop instances, grouped by how many batches come before them."""
    levels: dict[str, int] = {}
    for resource in deployment.resources:
        levels[resource.id] = 1 + max((levels[other] for other in resource.depends_on if other in levels), default=-1)
    batches: dict[int, list[str]] = {}
    for resource in deployment.resources:
        if resource.copy_name is not None:
            batches.setdefault(levels[resource.id], []).append(resource.name)
    return [batches[level] for level in sorted(batches)]


def _matches(actual: Value, wanted: Value) -> bool:
    """Equality as the vectors mean it: numbers by value, objects without order, `$pattern` as a regular expression."""
    actual = _plain(actual)
    if isinstance(wanted, dict):
        if set(wanted) == {"$pattern"}:
            return isinstance(actual, str) and re.search(wanted["$pattern"], actual) is not None
        return (
            isinstance(actual, dict)
            and actual.keys() == wanted.keys()
            and all(_matches(actual[key], wanted[key]) for key in wanted)
        )
    if isinstance(wanted, list):
        return isinstance(actual, list) and len(actual) == len(wanted) and all(map(_matches, actual, wanted))
    return isinstance(actual, bool) == isinstance(wanted, bool) and bool(actual == wanted)


def _contains(actual: Value, wanted: Value, levels: int = 64) -> bool:
    """Whether everything wanted is there; deeper than `levels` objects must match exactly."""
    actual = _plain(actual)
    if isinstance(wanted, dict) and levels and set(wanted) != {"$pattern"}:
        return isinstance(actual, dict) and all(
            key in actual and _contains(actual[key], value, levels - 1) for key, value in wanted.items()
        )
    if isinstance(wanted, list) and levels > 1:
        return (
            isinstance(actual, list)
            and len(actual) == len(wanted)
            and all(_contains(a, b, levels - 1) for a, b in zip(actual, wanted, strict=True))
        )
    return _matches(actual, wanted)


def _plain(value: Value) -> Value:
    """Unknowns as the engine prints what it leaves open: the expression in brackets."""
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
