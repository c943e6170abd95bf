"""Nested and linked deployments."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from armtemplate import Document, Fault, TemplateFaults, Unknown, evaluate, parse_json
from armtemplate.json_types import Value

type Make = Callable[..., dict[str, Any]]
type FaultsOf = Callable[[Callable[[], Value]], tuple[Fault, ...]]


def _deployment(
    template: dict[str, Any] | None, *, inner: bool = True, name: str = "d", **properties: Value
) -> dict[str, Any]:
    body = {"mode": "Incremental", **properties}
    if template is not None:
        body["template"] = template
    if inner:
        body["expressionEvaluationOptions"] = {"scope": "inner"}
    return {"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": name, "properties": body}


def test_inner_scope_is_a_template_of_its_own(template: Make) -> None:
    """Parameters go in, outputs come out; the body carries the nested text as it stands."""
    nested = template(
        parameters={"p": {"type": "string"}},
        outputs={"o": {"type": "string", "value": "[concat(parameters('p'), '!')]"}},
    )
    given = template(
        variables={"v": "x"},
        resources=[_deployment(nested, parameters={"p": {"value": "[variables('v')]"}})],
        outputs={"o": {"type": "string", "value": "[reference('d').outputs.o.value]"}},
    )
    deployment = evaluate(given)
    assert deployment.outputs["o"].value == "x!"
    (resource,) = deployment.resources
    assert resource.body["properties"]["template"] == nested
    assert resource.body["properties"]["parameters"] == {"p": {"value": "x"}}
    assert resource.deployment is not None
    assert resource.deployment.name == "d"


def test_outer_scope_means_the_parents_names_and_goes_out_without_them(template: Make) -> None:
    """The body carries a template that needs nothing of the parent and evaluates to the same."""
    nested = template(
        resources=[
            {
                "type": "A.B/c",
                "apiVersion": "1",
                "name": "[concat(variables('v'), copyIndex())]",
                "copy": {"name": "l", "count": 2},
                "tags": {"t": "[format('[{0}]', 1)]"},
            }
        ],
        outputs={"o": {"type": "string", "value": "[variables('v')]"}},
    )
    (resource,) = evaluate(template(variables={"v": "x"}, resources=[_deployment(nested, inner=False)])).resources
    sent = resource.body["properties"]
    assert sent["expressionEvaluationOptions"] == {"scope": "inner"}
    alone = evaluate(sent["template"])
    assert [(item.name, item.body) for item in alone.resources] == [
        ("x0", {"tags": {"t": "[1]"}}),
        ("x1", {"tags": {"t": "[1]"}}),
    ]
    assert alone.outputs["o"].value == "x"
    assert resource.deployment is not None
    assert [item.id for item in resource.deployment.resources] == [item.id for item in alone.resources]


def test_an_unknown_of_the_parent_is_resolved_in_what_is_sent(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """References in an outer template are the parent's, and are answered before the deployment goes out."""
    nested = template(
        resources=[{"type": "A.B/c", "apiVersion": "1", "name": "n", "properties": {"x": "[reference('/a', '1').y]"}}]
    )
    deployment = evaluate(template(resources=[_deployment(nested, inner=False)]))
    sent = deployment.finish(deployment.resources[0], runtime({"/a": {"properties": {"y": "[[z]"}}}))
    (resource,) = evaluate(sent.body["properties"]["template"]).resources
    assert resource.body["properties"] == {"x": "[[z]"}


def test_a_name_that_hangs_on_an_unknown_is_finished_later(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """Name and id hold the expression until somebody answers; so do loops that cannot be counted yet."""
    nested = template(
        parameters={"p": {"type": "string"}, "n": {"type": "int"}},
        resources=[
            {
                "type": "A.B/c",
                "apiVersion": "1",
                "name": "[parameters('p')]",
                "condition": "[equals(parameters('p'), 'z')]",
            },
            {
                "type": "A.B/c",
                "apiVersion": "1",
                "name": "[concat('l', copyIndex())]",
                "copy": {"name": "l", "count": "[parameters('n')]"},
            },
        ],
    )
    passed = {"p": {"value": "[reference('/a', '1').y]"}, "n": {"value": "[reference('/a', '1').n]"}}
    deployment = evaluate(template(resources=[_deployment(nested, parameters=passed)]))
    inside = deployment.resources[0].deployment
    assert inside is not None
    (resource,) = inside.resources
    assert resource.name == "[reference('/a', '1').y]"
    assert isinstance(resource.condition, Unknown)
    finished = inside.finish(resource, runtime({"/a": {"properties": {"y": "z", "n": 2}}}))
    assert (finished.name, finished.condition) == ("z", True)
    assert finished.id.endswith("/providers/A.B/c/z")


def test_another_group_is_another_scope(template: Make) -> None:
    """Ids go to the target; where that group lies only Azure knows."""
    nested = template(
        resources=[{"type": "A.B/c", "apiVersion": "1", "name": "n", "location": "[resourceGroup().location]"}],
        outputs={"g": {"type": "string", "value": "[resourceGroup().name]"}},
    )
    declared = _deployment(nested) | {"resourceGroup": "other", "subscriptionId": "s"}
    (resource,) = evaluate(template(resources=[declared])).resources
    assert resource.id == "/subscriptions/s/resourceGroups/other/providers/Microsoft.Resources/deployments/d"
    assert resource.deployment is not None
    (inside,) = resource.deployment.resources
    assert inside.id == "/subscriptions/s/resourceGroups/other/providers/A.B/c/n"
    assert isinstance(inside.body["location"], Unknown)
    assert resource.deployment.outputs["g"].value == "other"


def test_faults_inside_carry_the_whole_path_and_line(template: Make, faults_of: FaultsOf) -> None:
    """The place is that of the nested text in the file."""
    text = """{"$schema": "x", "contentVersion": "1", "resources": [
      {"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "d", "properties": {
        "expressionEvaluationOptions": {"scope": "inner"},
        "template": {"$schema": "x", "contentVersion": "1", "resources": [],
          "outputs": {"o": {"type": "string", "value": "[nosuch()]"}}}}}]}"""
    (fault,) = faults_of(lambda: evaluate(parse_json(text, file="f.json")))
    assert fault.json_path == "resources[0].properties.template.outputs.o.value"
    assert (fault.file, fault.line) == ("f.json", 5)


class _Links:
    """Follows links to what it was given."""

    def __init__(self, files: dict[str, Document | Mapping[str, Any]]) -> None:
        self.files = files

    def resolve(self, link: Mapping[str, Any]) -> Document | Mapping[str, Any] | None:
        """The file under the link's URI."""
        return self.files.get(str(link.get("uri")))


def test_linked_templates_come_through_the_resolver(template: Make, faults_of: FaultsOf) -> None:
    """Templates and parameter files; faults name the linked file; without a resolver the outputs are unknown."""
    linked = template(parameters={"p": {"type": "int"}}, outputs={"o": {"type": "int", "value": "[parameters('p')]"}})
    declared = _deployment(None, templateLink={"uri": "t"}, parametersLink={"uri": "p"})
    given = template(resources=[declared], outputs={"o": {"type": "int", "value": "[reference('d').outputs.o.value]"}})
    values = {"$schema": "x", "parameters": {"p": {"value": 5}}}
    assert evaluate(given, resolver=_Links({"t": linked, "p": values})).outputs["o"].value == 5
    assert isinstance(evaluate(given).outputs["o"].value, Unknown)
    broken = parse_json('{"$schema": "x", "contentVersion": "1", "resources": [5]}', file="linked.json")
    (fault,) = faults_of(lambda: evaluate(given, resolver=_Links({"t": broken, "p": {}})))
    assert fault.file == "linked.json"


def test_a_link_that_leads_to_no_json_is_a_fault_like_the_others(template: Make, faults_of: FaultsOf) -> None:
    """The resolver's faults join those of the template."""

    class _Broken:
        def resolve(self, link: Mapping[str, Any]) -> Document:
            return parse_json("{", file=str(link["uri"]))

    declared = _deployment(None, templateLink={"uri": "broken.json"})
    given = template(resources=[declared], variables={"v": "[nosuch()]"})
    assert {fault.file for fault in faults_of(lambda: evaluate(given, resolver=_Broken()))} == {
        "<template>",
        "broken.json",
    }


def test_templates_that_link_to_themselves_end_in_a_fault(template: Make) -> None:
    """A depth of nesting that no deployment has."""
    given = template(resources=[_deployment(None, templateLink={"uri": "t"})])
    with pytest.raises(TemplateFaults, match="nested more than"):
        evaluate(given, resolver=_Links({"t": given}))


def test_a_nested_deployment_that_is_left_out_is_not_evaluated(template: Make) -> None:
    """Its template may lack what it would need."""
    nested = template(parameters={"p": {"type": "string"}})
    declared = _deployment(nested) | {"condition": False}
    (resource,) = evaluate(template(resources=[declared])).resources
    assert resource.deployment is None
    assert list(evaluate(template(resources=[declared])).deployed_resources()) == []
