"""Deployments while they run: held open by an engine that waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from foundation import FOUNDATION
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]

_DEPLOYMENTS = "~/resourceGroups/rg/providers/Microsoft.Resources/deployments"
_IDENTITY = {
    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "apiVersion": "2023-01-31",
    "location": "westeurope",
}


def _body(*names: str) -> dict[str, Any]:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    resources: list[dict[str, Any]] = [_IDENTITY | {"name": name} for name in names]
    for resource, before in zip(resources[1:], names, strict=False):
        resource["dependsOn"] = [before]
    template = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": resources}
    return {"properties": {"mode": "Incremental", "template": template}}


@pytest.fixture
def gate(cloud_server: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Calls that a deployment makes wait until this is set."""
    opened, inner = threading.Event(), cloud_server.cloud.dispatch

    def waiting(request: ArmRequest) -> ArmResponse:
        opened.wait(60)
        return inner(request)

    monkeypatch.setattr(cloud_server.cloud, "dispatch", waiting)
    return opened


def test_a_running_deployment_cannot_be_replaced(call: Call, settled: Call, gate: threading.Event) -> None:
    """409 DeploymentActive while one of the same name runs; deleting it is refused too."""
    first = call("PUT", _DEPLOYMENTS + "/d", _body("a"))
    assert first.status_code == 201
    second = call("PUT", _DEPLOYMENTS + "/d", _body("a"))
    assert (second.status_code, second.json()["error"]["code"]) == (409, "DeploymentActive")
    assert call("DELETE", _DEPLOYMENTS + "/d").json()["error"]["code"] == "DeploymentActive"
    status = "/" + first.headers["Azure-AsyncOperation"].split("?")[0].split("/", 3)[3]
    assert call("GET", status).json() == {"status": "Running"}
    gate.set()


def test_a_cancelled_deployment_starts_nothing_more(
    cloud_server: LocalCloud, call: Call, gate: threading.Event
) -> None:
    """204, then Canceled; what had not begun is not there."""
    begun = call("PUT", _DEPLOYMENTS + "/d", _body("first", "second"))
    assert call("POST", _DEPLOYMENTS + "/d/cancel").status_code == 204
    operation_id = begun.headers["Azure-AsyncOperation"].split("?")[0].rsplit("/", 1)[-1]
    assert cloud_server.cloud.long_running.wait(operation_id)["status"] == "Canceled"
    gate.set()
    assert call("GET", _DEPLOYMENTS + "/d").json()["properties"]["provisioningState"] == "Canceled"
    path = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/second"
    assert call("GET", path).status_code == 404


def test_templates_are_read_from_this_clouds_blobs(
    cloud_server: LocalCloud, call: Call, settled: Call, repository: Path
) -> None:
    """A link with a signature is a template; one without is not read."""
    from localazure.blobs.contents import put_blob
    from localazure.blobs.links import mint_read_link

    account = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    storage = "~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/linked"
    settled("PUT", storage, account)
    call("PUT", storage + "/blobServices/default/containers/templates", {})
    template = (repository / "templates" / "azure" / "foundation.json").read_bytes()
    put_blob(cloud_server.cloud, "linked", "templates", "t.json", template)
    link = mint_read_link(cloud_server.cloud, "linked", "templates", "t.json")
    parameters = {name: {"value": value} for name, value in FOUNDATION.items()}
    for uri, status in ((link, 200), (link.split("?", maxsplit=1)[0], 400)):
        properties = {"mode": "Incremental", "templateLink": {"uri": uri}, "parameters": parameters}
        answer = call("POST", _DEPLOYMENTS + "/d/validate", {"properties": properties})
        assert answer.status_code == status, answer.text
