"""What was under way when the local cloud was stopped ends, and the rest stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cloud_bench import make_bench
from image_world import DEFINITION, NEWEST, TEMPLATE, make_template, run
from localazure.store import Store


def test_restart_fails_runs_and_keeps_the_rest(tmp_path: Path) -> None:
    """A run that was cut off is Failed and its container gone; templates, versions and outputs are as they were."""
    before = make_bench(tmp_path, store=Store(tmp_path / "before.sqlite"))
    make_template(before)
    run(before)
    before.engine.gate.clear()
    before("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert before.engine.building.wait(10)
    _copy(tmp_path / "before.sqlite", tmp_path / "after.sqlite")  # what a killed process would have left
    before.close()
    after = make_bench(tmp_path, store=Store(tmp_path / "after.sqlite"))
    status = after.body(TEMPLATE, api_version=NEWEST)["properties"]["lastRunStatus"]
    assert status["runState"] == "Failed"
    assert status["endTime"] != "0001-01-01T00:00:00Z"
    assert after.cloud.store.of_type("Microsoft.ContainerInstance/containerGroups") == []
    assert after.body(f"{DEFINITION}/versions/0.0.1")["properties"]["provisioningState"] == "Succeeded"
    assert run(after)["status"] == "Succeeded"
    after.close()


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
