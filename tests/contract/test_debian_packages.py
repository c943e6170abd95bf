"""The Makefile installs what the engine asks for."""

import re
from pathlib import Path

from localazure.engine.requirements import REQUIREMENTS


def test_makefile_installs_what_the_engine_needs(repository: Path) -> None:
    """Each Debian package that the engine names is in the Makefile's list."""
    text = (repository / "Makefile").read_text().replace("\\\n", " ")
    listed = re.search(r"^ENGINE_PACKAGES := (.*)$", text, re.MULTILINE)

    assert listed is not None
    assert {requirement.package for requirement in REQUIREMENTS} <= set(listed[1].split())


def test_every_list_of_packages_is_set(repository: Path) -> None:
    """Each variable that a target hands to debian-packages has packages in it."""
    text = (repository / "Makefile").read_text()
    used = set(re.findall(r'PACKAGES="\$\((\w+)\)"', text))

    assert used
    assert {name for name in used if re.search(rf"^{name} := \S", text, re.MULTILINE) is None} == set()
