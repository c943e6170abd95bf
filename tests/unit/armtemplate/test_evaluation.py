"""Whole evaluations: unknowns and their finish, random input, hostile input."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armtemplate import Scope, TemplateFaults, Unknown, evaluate, evaluate_expression, parse_json, unknowns_in
from armtemplate.functions import FUNCTIONS
from armtemplate.json_types import Value

type Make = Callable[..., dict[str, Any]]

_RESOURCE = {"type": "A.B/c", "apiVersion": "1", "name": "n"}


def _loop_of(name: str, value: Value) -> dict[str, Any]:
    """A loop of as many turns as Azure takes; a loop inside is wrapped into an object."""
    return {"name": name, "count": 800, "input": {"copy": [value]} if isinstance(value, dict) else value}


_LITERALS = st.one_of(
    st.integers(min_value=-(2**63), max_value=2**63 - 1).map(str),
    st.text(alphabet="aB1'{}-:/. \né😀", max_size=8).map(lambda text: "'" + text.replace("'", "''") + "'"),
)
_NAMES = st.sampled_from([name for name in FUNCTIONS.names() if name != "newGuid"])
_EXPRESSIONS = st.recursive(
    _LITERALS,
    lambda below: st.one_of(
        st.builds(lambda name, arguments: f"{name}({', '.join(arguments)})", _NAMES, st.lists(below, max_size=4)),
        st.builds(lambda target, index: f"createObject('a', {target}).a[{index}]", below, below),
        st.builds(lambda items, body: f"map(createArray({items}), lambda('x', {body}))", below, below),
    ),
    max_leaves=12,
)
_TEMPLATE_TEXT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 900)
    | st.text(max_size=8)
    | _EXPRESSIONS.map(lambda text: f"[{text}]")
    | st.sampled_from(
        ["A.B/c", "n", "[parameters('p')]", "[variables('v')]", "[copyIndex()]", "[reference('n').x]", "string"]
    ),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("type", "name", "apiVersion", "copy", "count", "input", "properties", "resources", "value", "p"),
                    *("v", "condition", "dependsOn", "template", "defaultValue", "parameters", "scope", "outputs"),
                    "[concat('a')]",
                ]
            )
            | st.text(max_size=4),
            below,
            max_size=5,
        )
    ),
    max_leaves=15,
)


def test_a_document_s_faults_carry_line_column_and_caret() -> None:
    """The place in the file, and the place in the expression."""
    text = '{"$schema": "x", "contentVersion": "1", "resources": [],\n "variables": {"v": "[add(1, \'x\')]"}}'
    with pytest.raises(TemplateFaults) as caught:
        evaluate(parse_json(text, file="f.json"))
    (fault,) = caught.value.faults
    assert str(fault).startswith("f.json:2:21: variables.v: add: every operand must be of type 'Integer'")
    assert fault.expression == "[add(1, 'x')]"
    assert fault.caret_offset == 1


def test_faults_come_in_the_order_of_the_document(template: Make) -> None:
    """Whatever was evaluated first."""
    text = (
        '{"$schema": "x", "contentVersion": "1", "outputs": {"o": {"type": "int", "value": "[nosuch()]"}},\n'
        '"resources": [],\n"variables": {"a": "[nosuch()]"}}'
    )
    with pytest.raises(TemplateFaults) as caught:
        evaluate(parse_json(text))
    assert [fault.json_path for fault in caught.value.faults] == ["outputs.o.value", "variables.a"]


def test_unknowns_are_listed_once_and_finish_resource_by_resource(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """Each body is finished alone, just before it is sent; nothing else is asked for."""
    resources = [
        {"type": "A.B/c", "apiVersion": "1", "name": "a"},
        {
            "type": "A.B/c",
            "apiVersion": "1",
            "name": "b",
            "properties": {"x": ["[reference('a').y]", "[add(reference('a').z, 1)]"]},
        },
    ]
    outputs = {"o": {"type": "string", "value": "[reference('b', '1', 'Full').id]"}}
    deployment = evaluate(template(resources=resources, outputs=outputs))
    assert [unknown.expression for unknown in deployment.unknowns] == [
        "reference('a').y",
        "add(reference('a').z, 1)",
        "reference('b', '1', 'Full').id",
    ]
    cloud = runtime({deployment.resources[0].id: {"properties": {"y": "Y", "z": 1}}})
    finished = deployment.finish(deployment.resources[1], cloud)
    assert finished.body == {"properties": {"x": ["Y", 2]}}
    assert not list(unknowns_in(finished.body))
    assert {resource_id for resource_id, _, _ in cloud.asked} == {deployment.resources[0].id}


def test_a_finish_that_fails_is_a_fault_with_its_path(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """The answer may lack what the expression asks for."""
    resources = [
        {"type": "A.B/c", "apiVersion": "1", "name": "a", "properties": {"x": "[reference('/b', '1').nosuch]"}}
    ]
    deployment = evaluate(template(resources=resources))
    with pytest.raises(TemplateFaults, match=r"resources\[0\].*doesn't exist"):
        deployment.finish(deployment.resources[0], runtime({"/b": {"properties": {}}}))


def test_with_a_runtime_nothing_is_left_unknown(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """An evaluation that is answered at once gives values."""
    outputs = {
        "o": {"type": "array", "value": "[map(reference('/a', '1').l, lambda('x', add(lambdaVariables('x'), 1)))]"}
    }
    deployment = evaluate(template(outputs=outputs), runtime=runtime({"/a": {"properties": {"l": [1, 2]}}}))
    assert deployment.outputs["o"].value == [2, 3]
    assert deployment.unknowns == ()


def test_an_unknown_s_expression_means_the_same_alone(runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """It can be kept as text and evaluated later."""
    value = evaluate_expression(
        "[if(equals(reference('/a', '1').x, parameters('p')), variables('v'), 'no')]",
        parameters={"p": {"k": [1, "it's", None]}},
        variables={"v": "[toUpper('yes')]"},
    )
    assert isinstance(value, Unknown)
    cloud = runtime({"/a": {"properties": {"x": {"k": [1, "it's", None]}}}})
    assert evaluate_expression(str(value), runtime=cloud) == "YES"


@pytest.mark.parametrize(
    "sections",
    [
        {
            "variables": {
                f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" if n else "x" for n in range(500)
            }
        },
        {
            "variables": {
                f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" if n else ["x"] for n in range(500)
            }
        },
        {
            "variables": {
                f"v{n}": f"[createArray(variables('v{n - 1}'), variables('v{n - 1}'))]" if n else 1 for n in range(60)
            },
            "outputs": {"o": {"type": "string", "value": "[string(variables('v59'))]"}},
        },
        {"outputs": {"o": {"type": "string", "value": "[" + "concat(" * 1_000 + "1" + ")" * 1_000 + "]"}}},
        {"variables": {f"v{n}": f"[variables(concat('v', '{n + 1}'))]" for n in range(400)}},
        {"variables": {"copy": [_loop_of("a", _loop_of("b", _loop_of("c", 1)))]}},
        {"variables": {"v": "[map(range(0, 9999), lambda('a', map(range(0, 9999), lambda('b', 1))))]"}},
        {"variables": {"v": "[filter(range(0, 9999), lambda('a', contains(range(0, 9999), 9999)))]"}},
        {"resources": [_RESOURCE | {"condition": False, "p": {"copy": [_loop_of("a", _loop_of("b", 1))]}}] * 3},
    ],
)
def test_what_would_grow_without_end_is_a_fault(template: Make, sections: dict[str, Any]) -> None:
    """Doubling values, deep calls and hidden chains end in a fault, not in exhaustion."""
    with pytest.raises(TemplateFaults):
        evaluate(template(**sections))


def test_a_resource_larger_than_azure_takes_is_a_fault(template: Make) -> None:
    """A resource may have 1 MB once expanded (ARM template best practices, template limits)."""
    loop = {"name": "parts", "count": "[parameters('count')]", "input": "[padLeft('', 50000, 'x')]"}
    given_template = template(
        parameters={"count": {"type": "int"}}, resources=[_RESOURCE | {"properties": {"copy": [loop]}}]
    )
    evaluate(given_template, parameters={"count": 20})
    with pytest.raises(TemplateFaults, match=r"resources\[0\]: the resource has 1,[0-9,]+ bytes"):
        evaluate(given_template, parameters={"count": 21})


def test_a_template_larger_than_azure_takes_once_expanded_is_a_fault(template: Make) -> None:
    """All resources together may have 4 MB once expanded, however small the text is."""
    copies = {"name": "many", "count": "[parameters('count')]"}
    resource = _RESOURCE | {
        "name": "[format('n{0}', copyIndex())]",
        "copy": copies,
        "properties": {"x": "[padLeft('', 50000, 'x')]"},
    }
    given_template = template(parameters={"count": {"type": "int"}}, resources=[resource])
    evaluate(given_template, parameters={"count": 80})
    with pytest.raises(TemplateFaults, match=r"resources: the template has more than the 4,194,304 bytes"):
        evaluate(given_template, parameters={"count": 90})


@pytest.mark.parametrize(("locations", "taken"), [(9, True), (10, False)])
def test_deployments_above_resource_groups_may_have_ten_locations(
    template: Make, locations: int, *, taken: bool
) -> None:
    """The template's own location counts, the same one in other words does not (ARM template limits)."""
    deployments = [
        {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": f"d{number}",
            "location": f"region{number}" if number < locations else "HOME region",
            "properties": {"mode": "Incremental", "template": template()},
        }
        for number in range(locations + 3)
    ]
    scope = Scope(kind="subscription", location="homeregion")
    if taken:
        assert len(evaluate(template(resources=deployments), scope=scope).resources) == locations + 3
    else:
        with pytest.raises(TemplateFaults, match="more than 10 locations"):
            evaluate(template(resources=deployments), scope=scope)


@settings(max_examples=200, deadline=None)
@given(_EXPRESSIONS)
def test_random_expressions_give_values_or_faults(text: str) -> None:
    """Whatever is called with whatever, there is a value or a fault."""
    with suppress(TemplateFaults):
        for unknown in unknowns_in(evaluate_expression(f"[{text}]", parameters={"p": 1})):
            assert unknown.expression


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.dictionaries(
        st.sampled_from(["parameters", "variables", "functions", "resources", "outputs", "definitions", "asserts"]),
        _TEMPLATE_TEXT,
    )
)
def test_random_templates_give_deployments_or_faults(template: Make, sections: dict[str, Value]) -> None:
    """Sections of any shape raise nothing but faults."""
    with suppress(TemplateFaults):
        evaluate(template(**sections))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("copy", "condition", "dependsOn", "properties", "scope"), _TEMPLATE_TEXT)
        ),
        max_size=3,
    )
)
def test_random_resources_give_deployments_or_faults(template: Make, members: list[dict[str, Value]]) -> None:
    """Resources with random parts raise nothing but faults."""
    resources = [
        {"type": "A.B/c", "apiVersion": "1", "name": f"n{place}", **item} for place, item in enumerate(members)
    ]
    with suppress(TemplateFaults):
        evaluate(template(resources=resources))
