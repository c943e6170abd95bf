"""Object functions beyond the published pairs."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[createObject('a', 1, 'A', 2)]", {"a": 2}),
        ("[objectKeys(createObject('b', 1, '_', 1, '1', 1, 'B2', 1, 'a', 1))]", ["_", "1", "a", "b", "B2"]),
        ("[map(items(createObject('b', 1, 'a', 2)), lambda('i', lambdaVariables('i').value))]", [2, 1]),
        ("[shallowMerge(createArray(createObject('A', createObject('x', 1)), createObject('a', 2)))]", {"A": 2}),
        ("[null()]", None),
    ],
)
def test_names_are_one_without_regard_to_case_and_sort_by_culture(expression: str, expected: Value) -> None:
    """A name that differs only in case is the same name; sorting puts digits before letters."""
    assert evaluate_expression(expression) == expected


def test_a_name_without_a_value_is_a_fault() -> None:
    """Names and values come in pairs."""
    with pytest.raises(TemplateFaults, match="by turns"):
        evaluate_expression("[createObject('a')]")


@pytest.mark.parametrize("names", [["a", "A"], ["A", "a"], ["b", "A", "B", "a"]])
def test_names_that_differ_only_in_case_keep_their_order(names: list[str]) -> None:
    """Neither case goes first, as tests of the engine (`abc` declared before `ABC`) and of PSRule.Rules.Azure show."""
    parameters = {"value": dict.fromkeys(names, 1)}
    expected = sorted(names, key=str.lower)
    assert evaluate_expression("[objectKeys(parameters('value'))]", parameters=parameters) == expected
    keys = "[map(items(parameters('value')), lambda('item', lambdaVariables('item').key))]"
    assert evaluate_expression(keys, parameters=parameters) == expected
