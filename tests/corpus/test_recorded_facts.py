"""tests/local/recorded_facts.json is what the recordings show: regenerated with IMAGEGATE_APPROVE=1, and compared."""

from __future__ import annotations

import json
import os
from pathlib import Path

from acceptance_recordings import handed_back
from localazure.arm.operation_table import OperationTable
from localazure.assembly import all_operations, new_cloud
from recorded_facts import facts_of
from recording_engine import RecordingEngine
from replay import interactions

_ABOUT = (
    "What recorded traffic of Azure shows of each operation: names of headers by status, and fields with their JSON "
    "types. A question mark follows what some answers do without. Made from the recordings by "
    "tests/corpus/test_recorded_facts.py with IMAGEGATE_APPROVE=1."
)


def test_facts_are_what_the_recordings_show(corpus: Path, repository: Path, tmp_path: Path) -> None:
    """Every status, header name and field of the recordings stands in the table, and nothing else does."""
    cloud = new_cloud(tmp_path, RecordingEngine(tmp_path / "engine"))
    table = OperationTable(all_operations(cloud))
    cloud.store.close()
    recordings = [interactions(path) for path in sorted((corpus / "arm-recordings").glob("*.yaml"))]
    recordings += [handed_back(path) for path in sorted((corpus / "arm-recordings").glob("*.jsonl"))]
    facts = facts_of(recordings, table)
    text = json.dumps({"about": _ABOUT, "operations": facts}, indent=1) + "\n"
    approved = repository / "tests" / "local" / "recorded_facts.json"
    if os.environ.get("IMAGEGATE_APPROVE"):
        approved.write_text(text)

    assert approved.read_text() == text
