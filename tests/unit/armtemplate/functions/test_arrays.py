"""Array functions beyond the published pairs."""

import pytest

from armtemplate import TemplateFaults, Unknown, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[contains(createArray(1, '1'), 1)]", True),
        ("[contains(createArray(1), float('1.0'))]", True),
        ("[contains(createArray(true()), 1)]", False),
        ("[contains(createArray(createObject('a', 1)), createObject('a', 1))]", True),
        ("[union(createArray(1, float('1.0'), '1', true()), createArray(1, true()))]", [1, "1", True]),
        ("[union(createObject('a', createArray(1)), createObject('A', createArray(2)))]", {"a": [2]}),
        ("[union(createObject('a', createObject('x', 1)), createObject('a', null()))]", {"a": None}),
        ("[intersection(createArray(3, 1, 3, 2), createArray(2, 3))]", [3, 2]),
        ("[intersection(createObject('a', 1), createObject('A', 1))]", {"a": 1}),
        ("[distinct(createArray(1, 2, 2, 3, 1))]", [1, 2, 3]),
        ("[distinct(createArray('a', 'A', createObject('x', 1), createObject('x', 1)))]", ["a", "A", {"x": 1}]),
        ("[take('héllo', 2)]", "hé"),
        ("[min(3, float('2.5'))]", 2.5),
        ("[max(createArray(3))]", 3),
        ("[max(createArray(6, 4), 8)]", 8),  # as PSRule.Rules.Azure expands it
        ("[min(createArray(6, 4), createArray(8))]", 4),
        ("[first(createArray(createArray()))]", []),
        ("[tryGet(createArray(createObject('A', 1)), 0, 'a')]", 1),
        ("[tryGet(createObject('a', null()), 'a', 'b')]", None),
        ("[tryGet(createObject('a', 1), 0)]", None),
        ("[indexOf('Straße', 'SS')]", -1),
        ("[lastIndexOf('ababa', 'BA')]", 3),
        ("[flatten(createArray(createArray(createArray(1))))]", [[1]]),
        ("[length(createObject('a', 1, 'b', 2))]", 2),
    ],
)
def test_arrays_compare_deeply_and_strictly(expression: str, expected: Value) -> None:
    """Kinds count, numbers compare as numbers, names without case, first appearance first."""
    assert evaluate_expression(expression) == expected


def test_a_big_union_of_structures_is_quick_enough_to_be_made() -> None:
    """Ten thousand distinct arrays stay distinct."""
    expression = "[length(union(map(range(0, 10000), lambda('a', createArray(lambdaVariables('a')))), createArray()))]"
    assert evaluate_expression(expression) == 10_000


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[length(createArray(deployer()))]", 1),
        ("[contains(createArray('a', deployer()), 'a')]", True),
        ("[first(createArray('a', deployer()))]", "a"),
        ("[objectKeys(createObject('a', deployer()))]", ["a"]),
        ("[union(createObject('a', deployer()), createObject('a', 1))]", {"a": 1}),
        ("[empty(createObject('a', deployer()))]", False),
    ],
)
def test_what_does_not_hang_on_an_unknown_is_known(expression: str, expected: Value) -> None:
    """Length, keys and found items are known although something inside is not."""
    assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[contains(createArray('a', deployer()), 'b')]",
        "[flatten(createArray(deployer(), createArray(1)))]",
        "[union(createArray(deployer()), createArray(1))]",
        "[union(createObject('a', createObject('b', 1)), createObject('a', deployer()))]",
        "[equals(createArray(deployer()), createArray(1))]",
        "[take(createArray(1), deployer())]",
        "[tryGet(createObject('a', deployer()), 'a', 'b')]",
        "[shallowMerge(createArray(deployer()))]",
    ],
)
def test_what_hangs_on_an_unknown_is_unknown_as_a_whole_call(expression: str) -> None:
    """The unknown prints the whole call, so that it can be made again later."""
    value = evaluate_expression(expression)
    assert isinstance(value, Unknown)
    assert f"[{value.expression}]" == expression


@pytest.mark.parametrize(
    "expression",
    [
        "[range(0, 10001)]",
        "[range(9223372036854775807, 2)]",
        "[min(createArray())]",
        "[union('a', 'b')]",
        "[length(null())]",
        "[contains(1, 1)]",
        "[contains('a', 1)]",
        "[indexFromEnd(createArray(1), 0)]",
        "[skip(createArray(), 'a')]",
    ],
)
def test_what_arrays_cannot_do_is_a_fault(expression: str) -> None:
    """Wrong kinds and counts beyond the limits are refused."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
