"""Values as template text."""

from hypothesis import given
from hypothesis import strategies as st

from armtemplate.expanded_template import literal
from armtemplate.frames import Frame
from armtemplate.json_types import Value
from armtemplate.session import Session
from armtemplate.structure import evaluate_structure

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="[]a'", max_size=5),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["copy", "a", "[b]", "[[c]"]), below, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_a_value_written_as_template_text_reads_as_itself(value: Value) -> None:
    """Brackets are escaped, and a member called `copy` stays one."""
    frame = Frame(session=Session())
    assert evaluate_structure(literal(value), frame, None) == value
    assert not frame.session.faults
