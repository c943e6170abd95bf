"""Every test says what it claims."""

import ast
from pathlib import Path


def test_every_test_has_a_docstring(repository: Path) -> None:
    """A test function without a docstring does not exist here."""
    silent = [
        f"{path.relative_to(repository)}:{node.lineno}: {node.name}"
        for path in sorted((repository / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert silent == []
