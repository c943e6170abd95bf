"""State: what was there before is there after the next start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from localazure.assembly import LocalCloud
from localazure.engine_port import EnginePort

_STORAGE = "~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/kept"
_ADDRESS = "~/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/ip"


def test_everything_survives_a_restart(
    tmp_path: Path, recording_engine: EnginePort, caller_of: Callable[..., Any], registered: Callable[[Any], None]
) -> None:
    """Owner, token key, tenant, resources, endpoints and addresses are the same after stop and start."""
    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as before:
        client = caller_of(before)
        token, environment = client.token, before.environment
        registered(client)
        client("PUT", "~/resourceGroups/rg", {"location": "westeurope", "tags": {"a": "b"}})
        account = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
        client.settled("PUT", _STORAGE, account)
        address = {"location": "westeurope", "sku": {"name": "Standard"}}
        address |= {"properties": {"publicIPAllocationMethod": "Static"}}
        client.settled("PUT", _ADDRESS, address)
        kept = client("GET", _STORAGE).json(), client("GET", _ADDRESS).json()
    assert getattr(recording_engine, "closed", False)

    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as after:
        assert after.environment | {"REQUESTS_CA_BUNDLE": ""} == environment | {"REQUESTS_CA_BUNDLE": ""}
        client = caller_of(after, token=token)
        assert client("GET", "~/resourceGroups/rg").json()["tags"] == {"a": "b"}
        assert (client("GET", _STORAGE).json(), client("GET", _ADDRESS).json()) == kept


def test_a_deployment_that_a_stop_cut_off_has_failed(
    tmp_path: Path, recording_engine: EnginePort, caller_of: Callable[..., Any]
) -> None:
    """What was under way is not under way for ever."""
    path = "~/resourceGroups/rg/providers/Microsoft.Resources/deployments/cut"
    template = {"$schema": "s", "contentVersion": "1.0.0.0", "resources": []}
    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as before:
        client = caller_of(before)
        client("PUT", "~/resourceGroups/rg", {"location": "westeurope"})
        client.settled("PUT", path, {"properties": {"mode": "Incremental", "template": template}})
        deployment_id = client("GET", path).json()["id"]
        before.cloud.store.update(deployment_id, lambda body: body["properties"].update(provisioningState="Running"))
    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as after:
        properties = caller_of(after)("GET", path).json()["properties"]
    assert properties["provisioningState"] == "Failed"
    assert "restarted" in properties["error"]["message"]


def test_two_clouds_never_hold_the_same_address(
    tmp_path: Path, recording_engine: EnginePort, caller_of: Callable[..., Any], registered: Callable[[Any], None]
) -> None:
    """An address that another cloud took while this one was stopped is replaced by another one."""
    with LocalCloud(state=tmp_path / "state", engine=recording_engine) as before:
        client = caller_of(before)
        registered(client)
        client("PUT", "~/resourceGroups/rg", {"location": "westeurope"})
        body = {"location": "westeurope", "sku": {"name": "Standard"}}
        client.settled("PUT", _ADDRESS, body | {"properties": {"publicIPAllocationMethod": "Static"}})
        address = client("GET", _ADDRESS).json()["properties"]["ipAddress"]
    from localazure.providers.network.loopback_addresses import LoopbackAddresses

    other = LoopbackAddresses()
    assert other.hold(address)
    try:
        with LocalCloud(state=tmp_path / "state", engine=recording_engine) as after:
            assert caller_of(after)("GET", _ADDRESS).json()["properties"]["ipAddress"] != address
    finally:
        other.close()
