"""Values as expressions."""

from hypothesis import given
from hypothesis import strategies as st

from armtemplate import evaluate_expression
from armtemplate.json_types import Value
from armtemplate.residual import literal_text

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(min_value=-1e9, max_value=1e9).filter(lambda number: number == 0 or abs(number) > 1e-9)
    | st.text(max_size=6),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["a", "b'", "[c]"]), below, max_size=3),
    max_leaves=8,
)


@given(_VALUES)
def test_a_value_written_as_an_expression_evaluates_to_itself(value: Value) -> None:
    """Texts with quotes, numbers, nulls, arrays and objects."""
    assert evaluate_expression(f"[{literal_text(value)}]") == value


def test_what_is_known_is_printed_as_its_value_and_the_rest_as_it_stands() -> None:
    """Also inside a lambda, whose own variables stay."""
    value = evaluate_expression(
        "[map(deployer().groups, lambda('g', concat(lambdaVariables('g'), parameters('p'), string(add(1, 1)))))]",
        parameters={"p": "x"},
    )
    assert value.expression == "map(deployer().groups, lambda('g', concat(lambdaVariables('g'), 'x', '2')))"
