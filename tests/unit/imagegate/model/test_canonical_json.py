"""One spelling for one value."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imagegate.model.canonical_json import canonical_json

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _JSON, max_size=5))
def test_the_order_of_keys_does_not_count(body: dict[str, Any]) -> None:
    """Two spellings of one value are one content."""
    turned = dict(reversed(body.items()))

    assert canonical_json(body) == canonical_json(turned)
