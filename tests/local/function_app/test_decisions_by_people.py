"""`imagegate promote` and `quarantine` against a local cloud, over the wire."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from typing import Any

import pytest

from command_blocks import blocks
from foundation import FOUNDATION
from function_world import IMAGES, REPOSITORY, ServingEngine, build, foundation_output
from imagegate.cli.program import run_program
from localazure.assembly import LocalCloud

_VERSIONS = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden/images/web/versions"
_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"  # Storage Blob Data Contributor


@pytest.fixture
def version_id(
    azure: Any,  # noqa: ANN401 - the owner's client, of another package
    cloud_server: LocalCloud,
    recording_engine: ServingEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A hidden version that nobody verified, in a group that the set-up made; the environment logs in to its cloud."""
    template = json.loads((REPOSITORY / "templates" / "azure" / "foundation.json").read_text())
    builder = {"id": cloud_server.owner.object_id, "type": "ServicePrincipal"}
    parameters = {**FOUNDATION, "imageDefinitionName": "web", "builders": [builder]}
    given = {name: {"value": value} for name, value in parameters.items()}
    properties = {"mode": "Incremental", "template": template, "parameters": given}
    name = f"{IMAGES}/providers/Microsoft.Resources/deployments/imagegate-foundation"
    assert azure.settled("PUT", name, {"properties": properties}).ok
    _let_write_records(azure, cloud_server.owner.object_id)
    build(azure, recording_engine.port)
    for variable, value in cloud_server.environment.items():
        monkeypatch.setenv(variable, value)
    for variable in ("GITHUB_ACTIONS", "GITHUB_RUN_ID"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("IMAGEGATE_ARM_ENDPOINT", cloud_server.cloud.arm_endpoint)
    return str(_version(azure)["id"])


def _let_write_records(azure: Any, object_id: str) -> None:  # noqa: ANN401 - as above
    """No owner may read or write blobs as such."""
    account = foundation_output(azure, "scriptStorageAccountName")
    scope = f"{IMAGES}/providers/Microsoft.Storage/storageAccounts/{account}/blobServices/default/containers/records"
    role = azure.url(f"~/providers/Microsoft.Authorization/roleDefinitions/{_CONTRIBUTOR}").partition("/subscr")[2]
    properties = {
        "roleDefinitionId": f"/subscr{role}",
        "principalId": object_id,
        "principalType": "ServicePrincipal",
    }
    name = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    assert azure("PUT", name, {"properties": properties}, api_version="2022-04-01").ok


def _version(azure: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    (found,) = azure("GET", _VERSIONS, api_version="2023-07-03").json()["value"]
    return dict(found)


def _profile(azure: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return dict(_version(azure)["properties"]["publishingProfile"])


def test_promoted_and_quarantined(
    azure: Any,  # noqa: ANN401 - as above
    version_id: str,
    cloud_server: LocalCloud,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A person shows a version and takes it back; each is recorded, changes nothing twice, and reads latest back."""

    def run(command: str, *options: str) -> dict[str, Any]:
        capsys.readouterr()
        assert run_program([command, version_id, "--reason", f"to {command}", "--json", *options]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    dry = run("promote", "--dry-run")
    assert (dry["changed"], _profile(azure)["excludeFromLatest"]) == (False, True)

    promoted = run("promote")
    assert (promoted["changed"], promoted["promotion"]) == (True, "Promoted: latest resolves to it.")
    assert promoted["record"]["by"].endswith(cloud_server.owner.object_id)
    assert promoted["record"]["reason"] == "to promote"
    assert promoted["warnings"] == ["It was not verified: no record has a verdict."]
    assert not _profile(azure)["excludeFromLatest"]
    assert run("promote", "--dry-run")["changes"] == []
    assert run("promote")["changed"] is False

    taken = run("quarantine")
    assert taken["promotion"] == "Quarantined: latest is empty, no version of the definition is visible."
    assert (taken["latest"], taken["was"]["standing"]) == ({"westeurope": ""}, "promoted")
    assert (_profile(azure)["excludeFromLatest"], "endOfLifeDate" in _profile(azure)) == (True, True)
    assert run("quarantine")["changed"] is False

    again = run("promote")
    assert "This promotion takes that back." in again["warnings"][-1]
    assert "endOfLifeDate" not in _profile(azure)


def test_the_block_of_the_page(azure: Any, version_id: str) -> None:  # noqa: ANN401 - as above
    """The commands of docs/function.md work as written; at the end the version is quarantined."""
    (block,) = [one for one in blocks() if any(name.endswith("test_decisions_by_people.py") for name in one.values)]

    ended = subprocess.run(
        ["bash", "-eu", "-c", block.text],
        cwd=REPOSITORY,
        env={**os.environ, "VERSION_ID": version_id},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert "Would be promoted: golden/web" in ended.stdout
    assert "Promoted: latest resolves to it." in ended.stdout
    assert "Quarantined: latest is empty" in ended.stdout
    assert _profile(azure)["excludeFromLatest"]
