"""Outputs and asserts."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import TemplateFaults, Unknown, evaluate

type Make = Callable[..., dict[str, Any]]


def test_an_output_with_a_false_condition_is_left_out_unevaluated(template: Make) -> None:
    """Its value may fail; its functions must exist."""
    outputs = {"a": {"type": "string", "condition": "[equals(1, 2)]", "value": "[createArray()[0]]"}}
    assert evaluate(template(outputs=outputs)).outputs == {}
    outputs["a"]["value"] = "[nosuch()]"
    with pytest.raises(TemplateFaults, match="nosuch"):
        evaluate(template(outputs=outputs))


def test_a_condition_may_be_unknown_until_somebody_answers(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """Finishing tells it, and does not resolve what it leaves out."""
    outputs = {"a": {"type": "string", "condition": "[reference('/a', '1').yes]", "value": "[reference('/b', '1').x]"}}
    deployment = evaluate(template(outputs=outputs))
    assert isinstance(deployment.outputs["a"].condition, Unknown)
    finished = deployment.finish(deployment.outputs["a"], runtime({"/a": {"properties": {"yes": False}}}))
    assert (finished.condition, finished.value) == (False, None)


def test_loops_and_secrets(template: Make) -> None:
    """A loop's array, an index without a name, a secure type."""
    outputs = {
        "l": {"type": "array", "copy": {"count": 2, "input": {"i": "[copyIndex(1)]"}}},
        "s": {"type": "secureString", "value": "x"},
    }
    given = evaluate(template(outputs=outputs)).outputs
    assert given["l"].value == [{"i": 1}, {"i": 2}]
    assert given["s"].secure
    assert not given["l"].secure


@pytest.mark.parametrize(
    "output",
    [
        5,
        {"value": 1},
        {"type": "string"},
        {"type": "nonsense", "value": 1},
        {"type": "string", "value": 1},
        {"type": "array", "copy": {"count": 1}},
        {"type": "string", "condition": "x", "value": "y"},
        {"type": "string", "value": "[utcNow()]"},
    ],
)
def test_what_is_wrong_with_an_output_is_a_fault(template: Make, output: Any) -> None:  # noqa: ANN401 - template text
    """Shape, type, condition, functions that are not for outputs."""
    with pytest.raises(TemplateFaults):
        evaluate(template(outputs={"o": output}))


def test_asserts_are_evaluated(template: Make) -> None:
    """Their truth is told by name."""
    assert evaluate(template(asserts={"a": "[equals(1, 2)]", "b": True})).asserts == {"a": False, "b": True}
