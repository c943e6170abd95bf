"""What an app runs on and tells to: azure-mgmt-web, -applicationinsights and -loganalytics against the local cloud."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ResourceNotFoundError

from localazure.assembly import LocalCloud
from sdk_bench import Sdk

PLACE = {"location": "westeurope"}


def test_a_plan_lives(azure: Sdk, group: str) -> None:
    """A plan is made, found, listed and deleted."""
    plans = azure.web.app_service_plans
    plans.begin_create_or_update(group, "plan", PLACE | {"sku": {"name": "FC1", "tier": "FlexConsumption"}})
    assert plans.get(group, "plan").sku.name == "FC1"
    assert [entry.name for entry in plans.list_by_resource_group(group)] == ["plan"]
    plans.delete(group, "plan")
    with pytest.raises(ResourceNotFoundError):
        plans.get(group, "plan")


def test_a_site_lives(azure: Sdk, group: str, server: LocalCloud) -> None:
    """A function app is made, found, listed, set up, asked for its functions and keys, and deleted."""
    apps, name = azure.web.web_apps, group.replace("-", "")
    made = apps.begin_create_or_update(group, name, PLACE | {"kind": "functionapp,linux", "properties": {}})
    function = {"id": f"{made.id}/functions/f", "name": f"{name}/f", "properties": {"name": "f"}}
    server.cloud.store.put(function["id"], function)  # type: ignore[arg-type]  # as publishing leaves one

    assert apps.get(group, name).default_host_name == made.default_host_name
    assert [entry.name for entry in apps.list_by_resource_group(group)] == [name]
    assert made.id in [entry.id for entry in apps.list()]
    apps.update_application_settings(group, name, {"properties": {"A": "b"}})
    assert apps.list_application_settings(group, name).properties == {"A": "b"}
    assert [entry.id for entry in apps.list_functions(group, name)] == [function["id"]]
    assert apps.get_function(group, name, "f").id == function["id"]
    assert apps.list_host_keys(group, name).master_key
    apps.delete(group, name)
    with pytest.raises(ResourceNotFoundError):
        apps.get(group, name)


def test_a_component_lives(azure: Sdk, group: str) -> None:
    """An Application Insights component is made, found and deleted."""
    components = azure.applicationinsights.components
    made = components.create_or_update(group, "c", PLACE | {"kind": "web", "properties": {"Application_Type": "web"}})
    assert components.get(group, "c").instrumentation_key == made.instrumentation_key
    components.delete(group, "c")
    with pytest.raises(ResourceNotFoundError):
        components.get(group, "c")


def test_a_workspace_lives(azure: Sdk, group: str) -> None:
    """A Log Analytics workspace is made, found and deleted."""
    workspaces = azure.loganalytics.workspaces
    made = workspaces.begin_create_or_update(group, "w", PLACE)
    assert workspaces.get(group, "w").customer_id == made.customer_id
    workspaces.begin_delete(group, "w")
    with pytest.raises(ResourceNotFoundError):
        workspaces.get(group, "w")
