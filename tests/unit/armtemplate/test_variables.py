"""Variables: every one is evaluated, in the order that they need."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import TemplateFaults, evaluate
from armtemplate.json_types import Value

type Make = Callable[..., dict[str, Any]]


def _output(template: Make, variables: dict[str, Any], name: str) -> Value:
    outputs = {"o": {"type": "object", "value": {"x": f"[variables('{name}')]"}}}
    return evaluate(template(variables=variables, outputs=outputs)).outputs["o"].value["x"]


def test_a_chain_of_five_hundred_variables_needs_no_deep_stack(template: Make) -> None:
    """Each is made before those that use it, whichever comes first in the text."""
    chain = {f"v{index}": f"[add(variables('v{index + 1}'), 1)]" for index in range(499)} | {"v499": 0}
    assert _output(template, chain, "v0") == 499


@pytest.mark.parametrize(
    "variables",
    [
        {"a": "[variables('b')]", "b": "[variables('a')]"},
        {"a": "[variables(concat('a'))]"},
        {"a": ["[variables('a')[0]]"]},
    ],
)
def test_a_circle_is_named(template: Make, variables: dict[str, Any]) -> None:
    """Also where a computed name hides it."""
    with pytest.raises(TemplateFaults, match=r"circle: .* → "):
        evaluate(template(variables=variables))


def test_loops_stand_beside_values_and_may_use_each_other(template: Make) -> None:
    """A loop's array is a variable like any other."""
    variables = {
        "copy": [
            {
                "name": "twice",
                "count": "[length(variables('once'))]",
                "input": "[mul(variables('once')[copyIndex('twice')], 2)]",
            }
        ],
        "once": [1, 2],
        "nested": {
            "Copy": [
                {"Name": "a", "count": "2", "input": {"copy": [{"name": "b", "count": 2, "input": "[copyIndex('a')]"}]}}
            ]
        },
    }
    assert _output(template, variables, "twice") == [2, 4]
    assert _output(template, variables, "nested") == {"a": [{"b": [0, 0]}, {"b": [1, 1]}]}


def test_names_may_be_expressions_and_escapes(template: Make) -> None:
    """A computed name, an escaped one, and one spelled `copy` on purpose."""
    variables = {"n": "x", "v": {"[variables('n')]": 1, "[[lit]": 2, "[concat('co', 'py')]": [3]}}
    assert _output(template, variables, "v") == {"x": 1, "[lit]": 2, "copy": [3]}


@pytest.mark.parametrize(
    "variables",
    [
        {"v": "[copyIndex()]"},
        {"copy": [{"name": "v", "count": 2, "input": "[copyIndex()]"}]},
        {"v": {"copy": [{"name": "x", "count": -1, "input": 1}]}},
        {"v": {"copy": [{"name": "x", "count": 801, "input": 1}]}},
        {"v": {"copy": [{"name": "x", "count": "many", "input": 1}]}},
        {"v": {"copy": [{"name": "x", "count": 0, "input": "[nosuch()]"}]}},
        {"v": {"[createArray()]": 1}},
        {f"v{index}": 1 for index in range(513)},
    ],
)
def test_what_is_wrong_with_a_variable_is_a_fault(template: Make, variables: dict[str, Any]) -> None:
    """Also in a loop that never turns, and in one variable more than Azure takes."""
    with pytest.raises(TemplateFaults):
        evaluate(template(variables=variables))
