"""The name of what expressions yield."""

from typing import Any

# A string, integer, float, boolean, null, list of values, dict of values by name, or an Unknown. Functions look at the
# kind themselves,
# because the language is dynamically typed; a recursive union would only move every such look into a cast.
type Value = Any


class BareToken(str):
    """A `<placeholder>` that stands where JSON has no quotes: whatever fills it is a value, not a part of a text."""

    __slots__ = ()
