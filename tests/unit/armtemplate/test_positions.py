"""Paths and lines."""

from armtemplate.positions import LineIndex, path_text, unlink


def test_paths_print_as_arm_prints_them() -> None:
    """Members with dots, items with brackets, odd names in quotes."""
    assert path_text(("resources", 0, "properties", "a-b", "$ref", "x.y")) == "resources[0].properties.a-b.$ref['x.y']"
    assert path_text(()) == ""


def test_a_linked_path_is_read_from_the_root() -> None:
    """Paths under construction hold their last key first."""
    assert unlink(((None, "resources"), 0)) == ("resources", 0)
    assert unlink(None) == ()


def test_lines_and_columns_count_from_one() -> None:
    """The line break belongs to the line that it ends."""
    index = LineIndex("ab\nc\n")
    assert [index.line_and_column(offset) for offset in range(6)] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]
