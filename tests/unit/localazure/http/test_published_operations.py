"""The list of what Azure publishes."""

from __future__ import annotations

import json
from pathlib import Path

from localazure.http import published_operations


def _file(folder: Path, version: str, paths: dict[str, list[str]]) -> None:
    items = {path: {method: {"operationId": f"Op_{method}"} for method in methods} for path, methods in paths.items()}
    document = {"swagger": "2.0", "info": {"version": version}, "paths": items}
    (folder / f"{version}.json").write_text(json.dumps(document))


def test_an_operation_stands_once_with_its_versions(tmp_path: Path) -> None:
    """Placeholders may be called otherwise in another version; a path that is a whole id is left out."""
    _file(tmp_path, "2023-01-01", {"/things/{thing}": ["get"], "/{resourceId}": ["get"]})
    _file(tmp_path, "2024-01-01", {"/Things/{name}": ["get", "put"]})

    found = published_operations.read(tmp_path)

    assert [(one.method, one.api_versions) for one in found] == [
        ("GET", ("2023-01-01", "2024-01-01")),
        ("PUT", ("2024-01-01",)),
    ]
    assert found[0].sample == "/Things/x"


def test_what_is_kept_can_be_read() -> None:
    """The data beside the code has the operations of Image Builder, in every published version that has them."""
    runs = [one for one in published_operations.load() if one.operation_id == "VirtualMachineImageTemplates_Run"]

    assert len(runs[0].api_versions) > 5
