"""azure-mgmt-storage and azure-storage-blob against the local cloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ResourceNotFoundError

from sdk_bench import Sdk


def test_an_account_lives(azure: Sdk, group: str, account: str) -> None:
    """An account is made, found, listed, changed, its keys are read and renewed, and it goes."""
    accounts = azure.storage.storage_accounts
    assert not accounts.check_name_availability(
        {"name": account, "type": "Microsoft.Storage/storageAccounts"}
    ).name_available
    assert accounts.get_properties(group, account).provisioning_state == "Succeeded"
    assert [entry.name for entry in accounts.list_by_resource_group(group)] == [account]
    assert account in [entry.name for entry in accounts.list()]
    assert accounts.update(group, account, {"tags": {"a": "b"}}).tags == {"a": "b"}
    before = [key.value for key in accounts.list_keys(group, account).keys_property]
    after = [key.value for key in accounts.regenerate_key(group, account, {"keyName": "key1"}).keys_property]
    assert (after[0] != before[0], after[1] == before[1]) == (True, True)
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    right = {"signedPermission": "rl", "signedExpiry": soon, "signedProtocol": "https"}
    whole = {**right, "signedServices": "b", "signedResourceTypes": "sco"}
    service = accounts.list_account_sas(group, account, whole).account_sas_token
    azure.storage.blob_containers.create(group, account, "logs", {})
    url = accounts.get_properties(group, account).primary_endpoints.blob
    assert [entry.name for entry in azure.blobs(url, service).list_containers()] == ["logs"]
    part = {**right, "canonicalizedResource": f"/blob/{account}/logs", "signedResource": "c"}
    signature = accounts.list_service_sas(group, account, part).service_sas_token
    assert list(azure.blobs(url, signature).get_container_client("logs").list_blobs()) == []
    accounts.delete(group, account)
    with pytest.raises(ResourceNotFoundError):
        accounts.get_properties(group, account)


def test_a_management_policy_is_kept(azure: Sdk, group: str, account: str) -> None:
    """A policy is written, read and removed."""
    policies, name = azure.storage.management_policies, "default"
    after = {"delete": {"daysAfterModificationGreaterThan": 30}}
    rule = {"name": "logs", "type": "Lifecycle", "definition": {"actions": {"baseBlob": after}}}
    rule["definition"]["filters"] = {"blobTypes": ["blockBlob"]}  # type: ignore[index]
    policies.create_or_update(group, account, name, {"properties": {"policy": {"rules": [rule]}}})
    assert policies.get(group, account, name).policy.rules[0].name == "logs"
    policies.delete(group, account, name)
    with pytest.raises(ResourceNotFoundError):
        policies.get(group, account, name)


def test_a_container_lives_on_the_control_plane(azure: Sdk, group: str, account: str) -> None:
    """A container is made, found, listed, changed and deleted; the blob service has its properties."""
    containers, services = azure.storage.blob_containers, azure.storage.blob_services
    containers.create(group, account, "logs", {})
    assert containers.update(group, account, "logs", {"properties": {"metadata": {"a": "b"}}}).metadata == {"a": "b"}
    assert containers.get(group, account, "logs").name == "logs"
    assert [entry.name for entry in containers.list(group, account)] == ["logs"]
    services.set_service_properties(group, account, {"properties": {"deleteRetentionPolicy": {"enabled": False}}})
    assert services.get_service_properties(group, account).name == "default"
    assert len(services.list(group, account)) == 1
    containers.delete(group, account, "logs")
    assert containers.list(group, account) == []
