"""Every operation that is served and published has been exercised by these tests, and held to what is published."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import pytest

from localazure.arm.operation_table import Operation
from localazure.assembly import all_operations, new_cloud
from real_data import corpus_folder, skip_without
from recording_engine import RecordingEngine
from truth import Truth

_DRIVES_ALL = "sdk"  # the folder whose tests call every operation


def _served() -> list[Operation]:
    with tempfile.TemporaryDirectory() as folder:
        cloud = new_cloud(Path(folder), RecordingEngine(Path(folder)))
        operations = all_operations(cloud)
        cloud.store.close()
    return operations


def _sample(path: str) -> str:
    """A path of an operation: a scope stands for a resource group."""
    return re.sub(r"\{\w+\}", "x", path.replace("{+scope}", "subscriptions/x/resourceGroups/x").replace("{+", "{"))


@pytest.mark.parametrize("operation", _served(), ids=lambda one: f"{one.operation_id}-{one.method}-{len(one.path)}")
def test_operation_was_held_to_the_specification(
    operation: Operation, truth: Truth | None, request: pytest.FixtureRequest
) -> None:
    """At least one success of each published operation was checked: status, schema, headers."""
    if truth is None:
        skip_without("rest-specs", corpus_folder(request.config.rootpath))
    if not any(_DRIVES_ALL in item.path.parts for item in request.session.items):
        pytest.skip("asked of all of tests/local together")
    if truth.specification.find(operation.method, _sample(operation.path), "2024-03-01") is None:
        assert truth.checked.answers[operation.operation_id] == 0  # nothing published to hold it to
        return
    assert truth.checked.answers[operation.operation_id] > 0


def test_argued_differences_are_there(truth: Truth | None, request: pytest.FixtureRequest) -> None:
    """No difference from the specification stays on the list once it is gone, and each says why it is there."""
    listed = json.loads((Path(__file__).parent / "specification_differences.json").read_text())["differences"]

    assert all(len(reason) > 15 for reason in listed.values())
    if truth is not None and any(_DRIVES_ALL in item.path.parts for item in request.session.items):
        assert not set(listed) - truth.met
