"""Naming a job's template."""

import re

from imagegate.steps.name_template import name_template


def test_a_name_is_used_once() -> None:
    """Two jobs of one image get two names, each within the service's 64 characters."""
    names = {name_template("x" * 51) for _ in range(100)}

    assert len(names) == 100
    assert all(re.fullmatch(r"x{51}-[a-z0-9]{10}", name) for name in names)
