"""Lambda functions beyond the published pairs."""

import pytest

from armtemplate import TemplateFaults, Unknown, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[map(createArray('a'), lambda('X', lambdavariables('x')))]", ["a"]),
        (
            "[map(createArray(1, 2), lambda('x', map(createArray(10), lambda('x', lambdaVariables('x')))))]",
            [[10], [10]],
        ),
        ("[reduce(createArray(1), 'i', lambda('a', 'b', lambdaVariables('b')))]", 1),
        ("[toObject(createArray('a', 'A'), lambda('x', lambdaVariables('x')))]", {"a": "A"}),
        (
            "[groupBy(createArray('b', 'a', 'b'), lambda('x', lambdaVariables('x')), lambda('x', 1))]",
            {"b": [1, 1], "a": [1]},
        ),
        (
            "[sort(createArray('b', 'A', 'a'), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))]",
            ["a", "A", "b"],
        ),
        ("[filter(createArray(), lambda('x', fail('never')))]", []),
        ("[mapValues(createObject(), lambda('v', 1))]", {}),
    ],
)
def test_lambdas_see_outer_variables_and_names_without_case(expression: str, expected: Value) -> None:
    """Inner variables hide outer ones; a lambda over nothing is never called."""
    assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[lambda('x', 1)]",
        "[map(createArray(1), lambda(concat('x'), 1))]",
        "[map(createArray(1), lambda(1))]",
        "[map(createArray(1), lambda('a', 'b', 'c', 1))]",
        "[sort(createArray(1, 2), lambda('a', true()))]",
        "[filter(createArray(1), lambda('x', 1))]",
        "[toObject(createArray(1), lambda('x', lambdaVariables('x')))]",
        "[map('abc', lambda('x', 1))]",
        "[lambdaVariables('x')]",
    ],
)
def test_a_lambda_that_does_not_fit_is_a_fault(expression: str) -> None:
    """Place, number and kind of its variables and its answer are checked."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)


def test_an_unknown_inside_map_stays_where_it_is_and_in_filter_takes_the_whole() -> None:
    """Mapping keeps what it knows; a filter cannot know which items stay."""
    mapped = evaluate_expression(
        "[map(createArray(1, 2), lambda('x', if(equals(lambdaVariables('x'), 1), 'a', deployer().n)))]"
    )
    assert mapped[0] == "a"
    assert isinstance(mapped[1], Unknown)
    filtered = evaluate_expression("[filter(createArray(1), lambda('x', equals(deployer().n, lambdaVariables('x'))))]")
    assert isinstance(filtered, Unknown)
    assert "lambdaVariables('x')" in filtered.expression
