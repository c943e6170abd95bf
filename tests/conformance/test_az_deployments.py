"""`az deployment group`, `az deployment operation group` and `az resource`: templates, deployed with az."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_cli import Az

pytestmark = pytest.mark.slow

GROUP = ("--resource-group", "rg-deployments")
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}, "prefix": {"type": "string", "defaultValue": "10.9.0.0/16"}},
    "resources": [
        {
            "type": "Microsoft.Network/virtualNetworks",
            "apiVersion": "2024-05-01",
            "name": "[parameters('name')]",
            "location": "[resourceGroup().location]",
            "properties": {"addressSpace": {"addressPrefixes": ["[parameters('prefix')]"]}},
        }
    ],
    "outputs": {
        "id": {"type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworks', parameters('name'))]"}
    },
}


@pytest.fixture(scope="module")
def template(az: Az, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A template that makes one network; the group and the provider that it needs are there."""
    az("group", "create", "--name", "rg-deployments", "--location", "westeurope")
    az.registered("Network")
    path: Path = tmp_path_factory.mktemp("template") / "network.json"
    path.write_text(json.dumps(TEMPLATE))
    return str(path)


def test_a_template_is_deployed_and_looked_at(az: Az, template: str) -> None:
    """Created, its outputs shown, its operations listed, its template exported; deleting it leaves the resources."""
    made = az(
        *("deployment", "group", "create", *GROUP, "--name", "first"),
        *("--template-file", template, "--parameters", "name=vnet"),
    )
    network = made["properties"]["outputs"]["id"]["value"]
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert [one["id"] for one in made["properties"]["outputResources"]] == [network]
    assert az("network", "vnet", "show", "--ids", network)["addressSpace"]["addressPrefixes"] == ["10.9.0.0/16"]

    shown = az("deployment", "group", "show", *GROUP, "--name", "first")
    assert shown["properties"]["parameters"]["name"]["value"] == "vnet"
    operations = az("deployment", "operation", "group", "list", *GROUP, "--name", "first")
    targets = [one["properties"]["targetResource"]["id"] for one in operations if one["properties"]["targetResource"]]
    assert targets == [network]
    assert az("deployment", "group", "export", *GROUP, "--name", "first")["outputs"] == TEMPLATE["outputs"]

    az("deployment", "group", "delete", *GROUP, "--name", "first")
    assert az("deployment", "group", "list", *GROUP) == []
    assert [one["id"] for one in az("resource", "list", *GROUP)] == [network]


def test_validation_deploys_nothing(az: Az, template: str) -> None:
    """`validate` tells what would be there, and nothing is."""
    before = az("resource", "list", *GROUP, "--query", "[].id")
    told = az("deployment", "group", "validate", *GROUP, "--template-file", template, "--parameters", "name=other")
    assert told["properties"]["provisioningState"] == "Succeeded"
    assert [one["id"].rsplit("/", 1)[1] for one in told["properties"]["validatedResources"]] == ["other"]
    assert az("resource", "list", *GROUP, "--query", "[].id") == before


def test_refusals_reach_the_user(az: Az, template: str) -> None:
    """A template that cannot be, and a resource that its provider refuses, come out in Azure's words."""
    deploy = ("deployment", "group", "create", *GROUP, "--name", "refused", "--template-file", template, "--parameters")
    refusal = az.refused(*deploy, "name=vnet2", "prefix=10.9.0.0/99")
    assert "InvalidTemplateDeployment" in refusal or "DeploymentFailed" in refusal
    assert "10.9.0.0/99" in refusal

    broken = Path(template).with_name("broken.json")
    broken.write_text(json.dumps(TEMPLATE | {"outputs": {"no": {"type": "string", "value": "[variables('absent')]"}}}))
    refusal = az.refused("deployment", "group", "validate", *GROUP, "-f", str(broken), "--parameters", "name=vnet3")
    assert "InvalidTemplate" in refusal
    assert "absent" in refusal
