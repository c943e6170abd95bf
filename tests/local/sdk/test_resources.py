"""azure-mgmt-resource, its deployments and its subscriptions against the local cloud."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.assembly import LocalCloud
from sdk_bench import Sdk

PLACE = {"location": "westeurope"}
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}},
    "resources": [
        {"type": IDENTITY, "apiVersion": "2023-01-31", "name": "[parameters('name')]", "location": "westeurope"}
    ],
    "outputs": {"id": {"type": "string", "value": f"[resourceId('{IDENTITY}', parameters('name'))]"}},
}
SUBSCRIPTION_TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}},
    "resources": [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2022-09-01",
            "name": "[parameters('name')]",
            "location": "westeurope",
        }
    ],
}


def deployment(name: str, template: dict[str, Any] | None = None, **more: object) -> dict[str, Any]:
    """A deployment's body: one identity, or what the template says."""
    properties = {"mode": "Incremental", "template": template or TEMPLATE, "parameters": {"name": {"value": name}}}
    return {"properties": {**properties, **more}}


def test_subscriptions_and_tenants_are_listed(azure: Sdk) -> None:
    """There is one subscription in one tenant, with Azure's regions."""
    [one] = azure.subscriptions.subscriptions.list()

    assert azure.subscriptions.subscriptions.get(one.subscription_id).state == "Enabled"
    assert "westeurope" in [
        place.name for place in azure.subscriptions.subscriptions.list_locations(one.subscription_id)
    ]
    assert len(azure.subscriptions.tenants.list()) == 1


def test_a_provider_is_registered_and_unregistered(azure: Sdk) -> None:
    """Registration is seen in the provider and in the list."""
    providers = azure.resources.providers
    assert providers.register("Microsoft.KeyVault").registration_state in {"Registering", "Registered"}
    assert providers.get("Microsoft.KeyVault").registration_state in {"Registering", "Registered"}
    assert "Microsoft.KeyVault" in [entry.namespace for entry in providers.list()]
    assert providers.unregister("Microsoft.KeyVault").registration_state in {"Unregistering", "NotRegistered"}


def test_a_resource_group_lives(azure: Sdk, group: str) -> None:
    """A group is found, listed, changed; what is in it is listed and filtered, and is told to be there."""
    groups, resources = azure.resources.resource_groups, azure.resources.resources
    assert groups.get(group).location == "westeurope"
    assert group in [entry.name for entry in groups.list()]
    assert groups.update(group, {"tags": {"a": "b"}}).tags == {"a": "b"}
    assert group in [entry.name for entry in groups.list(filter="tagName eq 'a' and tagValue eq 'b'")]
    identity = azure.msi.user_assigned_identities.create_or_update(group, "one", PLACE | {"tags": {"team": "x"}})
    azure.network.network_security_groups.begin_create_or_update(group, "two", PLACE)

    assert [entry.name for entry in resources.list_by_resource_group(group)] == ["one", "two"]
    only = f"resourceType eq '{IDENTITY}'"
    assert [entry.name for entry in resources.list_by_resource_group(group, filter=only)] == ["one"]
    by_tag = "tagName eq 'team' and tagValue eq 'x'"
    assert identity.id in [entry.id for entry in resources.list(filter=by_tag)]
    assert resources.check_existence_by_id(identity.id, api_version="2023-01-31")
    assert not resources.check_existence_by_id(f"{identity.id}-not", api_version="2023-01-31")


def test_tags_are_written_at_any_scope(azure: Sdk, group: str) -> None:
    """Tags of a resource are replaced, merged, read and removed beside the resource."""
    identity = azure.msi.user_assigned_identities.create_or_update(group, "one", PLACE)
    tags = azure.resources.tags
    tags.begin_create_or_update_at_scope(identity.id, {"properties": {"tags": {"a": "1"}}})
    tags.begin_update_at_scope(identity.id, {"operation": "Merge", "properties": {"tags": {"b": "2"}}})

    assert tags.get_at_scope(identity.id).properties.tags == {"a": "1", "b": "2"}
    assert azure.msi.user_assigned_identities.get(group, "one").tags == {"a": "1", "b": "2"}
    assert "a" in [entry.tag_name for entry in azure.resources.tags.list()]
    tags.begin_delete_at_scope(identity.id)
    assert not azure.msi.user_assigned_identities.get(group, "one").tags


def test_a_deployment_lives(azure: Sdk, group: str) -> None:
    """A deployment is validated, carried out, told step by step, exported and deleted; what it made stays."""
    deployments, steps = azure.deployments.deployments, azure.deployments.deployment_operations
    assert deployments.begin_validate(group, "d", deployment("one")).properties.provisioning_state == "Succeeded"
    assert not deployments.check_existence(group, "d")
    assert deployments.calculate_template_hash(TEMPLATE).template_hash.isdecimal()
    made = deployments.begin_create_or_update(group, "d", deployment("one"))

    assert made.properties.outputs["id"]["value"].endswith("/one")
    assert deployments.check_existence(group, "d")
    assert deployments.get(group, "d").id == made.id
    assert [entry.name for entry in deployments.list_by_resource_group(group)] == ["d"]
    found = steps.list(group, "d")
    assert "one" in [
        entry.properties.target_resource.resource_name for entry in found if entry.properties.target_resource
    ]
    assert steps.get(group, "d", found[0].operation_id).id == found[0].id
    assert deployments.export_template(group, "d").template["contentVersion"] == "1.0.0.0"
    with pytest.raises(HttpResponseError, match="cannot be cancelled"):
        deployments.cancel(group, "d")
    deployments.begin_delete(group, "d")
    with pytest.raises(ResourceNotFoundError, match="could not be found"):
        deployments.get(group, "d")
    assert azure.msi.user_assigned_identities.get(group, "one").name == "one"


def test_a_deployment_at_subscription_scope_lives(azure: Sdk, group: str) -> None:
    """A deployment above groups makes a group; it is read and deleted like any other."""
    deployments, steps = azure.deployments.deployments, azure.deployments.deployment_operations
    made, body = f"{group}-made", PLACE | deployment(f"{group}-made", SUBSCRIPTION_TEMPLATE)
    assert deployments.begin_validate_at_subscription_scope(group, body).properties.provisioning_state == "Succeeded"
    assert not deployments.check_existence_at_subscription_scope(group)
    deployments.begin_create_or_update_at_subscription_scope(group, body)

    assert azure.resources.resource_groups.check_existence(made)
    assert deployments.check_existence_at_subscription_scope(group)
    assert deployments.get_at_subscription_scope(group).location == "westeurope"
    assert group in [entry.name for entry in deployments.list_at_subscription_scope()]
    found = steps.list_at_subscription_scope(group)
    assert steps.get_at_subscription_scope(group, found[0].operation_id).id == found[0].id
    assert "resources" in deployments.export_template_at_subscription_scope(group).template
    deployments.begin_delete_at_subscription_scope(group)
    with pytest.raises(ResourceNotFoundError):
        deployments.get_at_subscription_scope(group)
    azure.resources.resource_groups.begin_delete(made)


def test_a_deployment_under_way_is_cancelled(
    azure: Sdk, group: str, server: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has not begun is not begun any more, in a group and above groups."""
    opened, inner = threading.Event(), server.cloud.dispatch

    def waiting(request: ArmRequest) -> ArmResponse:
        opened.wait(60)
        return inner(request)

    monkeypatch.setattr(server.cloud, "dispatch", waiting)
    deployments, above = azure.deployments.deployments, PLACE | deployment(f"{group}-not", SUBSCRIPTION_TEMPLATE)
    deployments.begin_create_or_update(group, "d", deployment("one"), polling=False)
    deployments.begin_create_or_update_at_subscription_scope(group, above, polling=False)
    deployments.cancel(group, "d")
    deployments.cancel_at_subscription_scope(group)
    for thread in list(server.cloud.long_running._threads.values()):
        thread.join()
    opened.set()

    assert deployments.get(group, "d").properties.provisioning_state == "Canceled"
    assert deployments.get_at_subscription_scope(group).properties.provisioning_state == "Canceled"


def test_what_a_deployment_would_change(azure: Sdk, group: str) -> None:
    """Creation, change, and what is left alone or deleted are told, in a group and above; nothing happens."""
    deployments, identities = azure.deployments.deployments, azure.msi.user_assigned_identities
    identities.create_or_update(group, "there", PLACE | {"tags": {"a": "b"}})
    identities.create_or_update(group, "other", PLACE)
    told = deployments.begin_what_if(group, "d", deployment("there"))
    assert {change.resource_id.rsplit("/", 1)[-1]: change.change_type for change in told.properties.changes} == {
        "other": "Ignore",
        "there": "Modify",
    }
    [modified] = [change for change in told.properties.changes if change.change_type == "Modify"]
    assert [(part.path, part.property_change_type) for part in modified.delta] == [("tags", "Delete")]
    complete = deployments.begin_what_if(group, "d", deployment("new", mode="Complete")).properties.changes
    assert {change.change_type for change in complete} == {"Create", "Delete"}
    assert [entry.name for entry in identities.list_by_resource_group(group)] == ["other", "there"]

    above = PLACE | deployment(f"{group}-not", SUBSCRIPTION_TEMPLATE)
    [made] = deployments.begin_what_if_at_subscription_scope(group, above).properties.changes
    assert made.change_type == "Create"
    assert not azure.resources.resource_groups.check_existence(f"{group}-not")
    broken = deployments.begin_what_if(group, "d", deployment("x", {**TEMPLATE, "resources": [{"type": "A/b"}]}))
    assert (broken.status, broken.error.code) == ("Failed", "InvalidTemplate")


def test_a_failed_deployment_is_rolled_back(azure: Sdk, group: str) -> None:
    """The last one that succeeded is carried out again, and what it does not name is deleted."""
    deployments, identities = azure.deployments.deployments, azure.msi.user_assigned_identities
    deployments.begin_create_or_update(group, "good", deployment("one"))
    identity = {"type": IDENTITY, "apiVersion": "2023-01-31", "name": "two", "location": "westeurope"}
    nic: dict[str, Any] = {"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-11-01", "name": "bare"}
    nic |= {"location": "westeurope", "properties": {"ipConfigurations": []}, "dependsOn": [f"{IDENTITY}/two"]}
    bad = deployment("x", {**TEMPLATE, "resources": [identity, nic], "outputs": {}})
    bad["properties"]["onErrorDeployment"] = {"type": "LastSuccessful"}
    with pytest.raises(HttpResponseError, match="At least one resource deployment operation failed"):
        deployments.begin_create_or_update(group, "bad", bad)

    again = deployments.get(group, "bad").properties.on_error_deployment
    assert (again.deployment_name, again.provisioning_state) == ("good", "Succeeded")
    assert [entry.name for entry in identities.list_by_resource_group(group)] == ["one"]
    bad["properties"]["onErrorDeployment"] = {"type": "SpecificDeployment", "deploymentName": "not"}
    with pytest.raises(HttpResponseError, match="could not be found"):
        deployments.begin_create_or_update(group, "bad", bad)


def test_a_group_is_exported_and_deployed_again(azure: Sdk, group: str) -> None:
    """The template of a group makes the same resources elsewhere, with references between them."""
    network, other = azure.network, f"{group}-other"
    nsg = network.network_security_groups.begin_create_or_update(group, "g", PLACE | {"tags": {"a": "b"}})
    subnet = {"name": "s", "properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": nsg.id}}}
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [subnet]}
    network.virtual_networks.begin_create_or_update(group, "v", PLACE | {"properties": space})
    body = {"resources": ["*"], "options": "IncludeParameterDefaultValue"}
    template = azure.resources.resource_groups.begin_export_template(group, body).template

    assert sorted(template["parameters"]) == ["networkSecurityGroups_g_name", "virtualNetworks_v_name"]
    azure.resources.resource_groups.create_or_update(other, PLACE)
    again = {"properties": {"mode": "Incremental", "template": template}}
    azure.deployments.deployments.begin_create_or_update(other, "d", again)
    assert f"/{other}/" in network.subnets.get(other, "v", "s").network_security_group.id
    assert network.network_security_groups.get(other, "g").tags == {"a": "b"}
    azure.resources.resource_groups.begin_delete(other)
