"""What docs/local-cloud.md promises of settings, faults and scenarios is what the local cloud takes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from localazure.assembly import all_operations, new_cloud
from localazure.control import scenarios
from localazure.control.fault_kinds import COMMON, KINDS
from localazure.control.settings import CloudSettings
from localazure.http.blob_service.app import OPERATIONS
from recording_engine import RecordingEngine

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "local-cloud.md").read_text()
EXAMPLES = sorted((REPOSITORY / "examples" / "scenarios").glob("*.yaml"))


def _first_column(heading: str) -> set[str]:
    """The names in the first column of a section's tables."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all operations."""
    folder = tmp_path_factory.mktemp("cloud")
    cloud = new_cloud(folder, RecordingEngine(folder))
    names = {operation.operation_id for operation in all_operations(cloud)}
    cloud.store.close()
    return names | OPERATIONS


def test_every_setting_is_documented() -> None:
    """With its name; nothing is promised that is not there."""
    assert _first_column("Settings") == {field.name for field in fields(CloudSettings)}


def test_every_kind_of_fault_is_documented() -> None:
    """The keys that all have, and the kinds."""
    assert _first_column("Faults") == COMMON | {"moment"} | KINDS.keys()


def test_every_key_of_a_kind_is_documented() -> None:
    """In its row, or as the same as the row above."""
    section = PAGE.split("\n## Faults\n")[1].split("\n## ")[0]
    rows = {line.split("`")[1]: line for line in section.splitlines() if line.startswith("| `")}
    for name, kind in KINDS.items():
        row = rows["refuse" if "the same" in rows[name] else name]
        assert kind.takes <= set(re.findall(r"`([^`]+)`", row)), name


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_examples_can_be_played(file: Path, operations: set[str]) -> None:
    """Each is whole, names itself, and names operations that there are."""
    scenario = scenarios.read(file.read_text(), file=str(file), operations=operations)
    assert scenario.name == file.stem
    assert scenario.description
    assert f"`{file.name}`" in PAGE


def test_the_example_of_the_page_can_be_played(operations: set[str]) -> None:
    """The YAML block is a scenario."""
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(scenarios.read(text, operations=operations).faults) == 2
