"""The list of checks and attacks has no gap."""

import ast
from pathlib import Path

from gate_checks import CHECKS

_HERE = Path(__file__).parent


def _named(tree: ast.AST) -> set[str]:
    """The checks that markers `stopped_by` name."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    marked = (call for call in calls if call.func.attr == "stopped_by")  # type: ignore[attr-defined]
    return {str(arg.value) for call in marked for arg in call.args if isinstance(arg, ast.Constant)}


def test_every_check_has_an_attack() -> None:
    """Each check of the gate is named by a test that fails without it."""
    named = {name for path in _HERE.glob("test_*.py") for name in _named(ast.parse(path.read_text()))}

    assert sorted(CHECKS.keys() - named) == []
