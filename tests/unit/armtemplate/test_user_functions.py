"""Functions that a template defines."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import TemplateFaults, evaluate

type Make = Callable[..., dict[str, Any]]


def _functions(**members: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - template text
    return [{"namespace": "n", "members": members}]


def test_a_function_sees_its_parameters_the_variables_and_its_sisters(template: Make) -> None:
    """Names without regard to case; an object output is evaluated in depth."""
    functions = _functions(
        twice={
            "parameters": [{"name": "x", "type": "int"}],
            "output": {"type": "int", "value": "[mul(parameters('X'), 2)]"},
        },
        wrap={
            "parameters": [{"name": "y", "type": "int"}],
            "output": {"type": "object", "value": {"v": ["[N.Twice(parameters('y'))]", "[variables('k')]"]}},
        },
    )
    outputs = {"o": {"type": "object", "value": "[n.WRAP(3)]"}}
    assert evaluate(template(functions=functions, variables={"k": "z"}, outputs=outputs)).outputs["o"].value == {
        "v": [6, "z"]
    }


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ("[parameters('outer')]", "[n.f(1)]"),
        ("[reference('x')]", "'unused'"),
        ("[utcNow()]", "'unused'"),
        ("[nosuch()]", "'unused'"),
        ("[n.f(parameters('x'))]", "[n.f(1)]"),
        ("[concat(n.f(1), n.f(1))]", "[n.f(1)]"),
        ("x", "[n.f()]"),
        ("x", "[n.f('text')]"),
        ("x", "[n.g(1)]"),
    ],
)
def test_what_a_function_may_not_do_is_a_fault_called_or_not(template: Make, body: str, call: str) -> None:
    """The parent's parameters, deployed resources, the clock, recursion, wrong arguments."""
    functions = _functions(
        f={"parameters": [{"name": "x", "type": "int"}], "output": {"type": "string", "value": body}}
    )
    given = template(
        functions=functions,
        parameters={"outer": {"type": "string", "defaultValue": "x"}},
        outputs={"o": {"type": "string", "value": call}},
    )
    with pytest.raises(TemplateFaults):
        evaluate(given)
