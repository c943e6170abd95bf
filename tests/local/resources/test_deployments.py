"""Template deployments: carried out, refused, failed and cancelled as Resource Manager does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.deployments import DeploymentsMgmtClient

import armtemplate
from foundation import FOUNDATION

type Call = Callable[..., requests.Response]

_DEPLOYMENTS = "~/resourceGroups/rg/providers/Microsoft.Resources/deployments"
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_IDENTITY = {
    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "apiVersion": "2023-01-31",
    "name": "builder",
    "location": "[resourceGroup().location]",
}


def _template(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


def _body(template: dict[str, Any], mode: str = "Incremental", **parameters: object) -> dict[str, Any]:
    given = {name: {"value": value} for name, value in parameters.items()}
    return {"properties": {"mode": mode, "template": template, "parameters": given}}


def _group(name: str = "nsg", *, prefix: str = "*") -> dict[str, Any]:
    rule = {
        "name": "r",
        "properties": {
            "protocol": "Tcp",
            "access": "Allow",
            "direction": "Inbound",
            "priority": 100,
            "sourceAddressPrefix": prefix,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "80",
        },
    }
    return {
        "type": "Microsoft.Network/networkSecurityGroups",
        "apiVersion": "2023-11-01",
        "name": name,
        "location": "westeurope",
        "properties": {"securityRules": [rule]},
    }


@pytest.fixture
def deploy(call: Call, settled: Call) -> Callable[..., dict[str, Any]]:
    """Deploy, wait, and answer the deployment."""

    def deployed(body: dict[str, Any], name: str = "d") -> dict[str, Any]:
        answer = settled("PUT", f"{_DEPLOYMENTS}/{name}", body)
        assert answer.ok, answer.text
        return dict(call("GET", f"{_DEPLOYMENTS}/{name}").json())

    return deployed


def test_the_sdk_deploys_what_the_product_ships(
    credential: ClientSecretCredential,
    subscription_id: str,
    sdk_options: dict[str, Any],
    repository: Path,
    call: Call,
) -> None:
    """The foundation template goes through the SDK's poller; its outputs hold what only deployed resources know."""
    template = json.loads((repository / "templates" / "azure" / "foundation.json").read_text())
    with DeploymentsMgmtClient(credential, subscription_id, **sdk_options) as client:
        body = _body(template, **FOUNDATION)
        ended = client.deployments.begin_create_or_update("rg", "foundation", body).result()  # type: ignore[call-overload] # plain JSON is taken too
        assert ended.properties.provisioning_state == "Succeeded"
        outputs = {name: entry["value"] for name, entry in ended.properties.outputs.items()}
        operations = list(client.deployment_operations.list("rg", "foundation"))
    identity = call("GET", outputs["identityId"]).json()
    assert outputs["identityPrincipalId"] == identity["properties"]["principalId"]
    assert outputs["scriptContainerUrl"].endswith(f"/{outputs['scriptStorageAccountName']}/scripts")
    assert call("GET", outputs["galleryImageId"]).status_code == 200
    deployed = armtemplate.evaluate(template, parameters=FOUNDATION).resources
    assert len(operations) == len([one for one in deployed if one.condition])


def test_an_accepted_deployment_is_told_before_it_runs(settled: Call, call: Call) -> None:
    """201 with Azure-AsyncOperation, then 200 for the same name; the status document says only the status."""
    first = settled("PUT", _DEPLOYMENTS + "/d", _body(_template(_IDENTITY)))
    assert first.status_code == 201
    assert first.json()["properties"]["provisioningState"] == "Accepted"
    status = "/" + first.headers["Azure-AsyncOperation"].split("?")[0].split("/", 3)[3]
    assert "/deployments/d/operationStatuses/" in status
    assert call("GET", status).json() == {"status": "Succeeded"}
    assert settled("PUT", _DEPLOYMENTS + "/d", _body(_template(_IDENTITY))).status_code == 200


def test_a_deployment_describes_itself(deploy: Callable[..., dict[str, Any]]) -> None:
    """Providers, dependencies, parameters and outputs have the recorded shape; output names begin in lower case."""
    network = {
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2023-11-01",
        "name": "v",
        "location": "westeurope",
        "dependsOn": ["nsg"],
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
    }
    parameters = {"secret": {"type": "securestring", "defaultValue": "x"}, "plain": {"type": "int"}}
    outputs = {"NewNSG": {"type": "object", "value": "[reference('nsg')]"}, "number": {"type": "int", "value": 7}}
    template = _template(_group(), network, parameters=parameters, outputs=outputs)
    properties = deploy(_body(template, plain=3))["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["parameters"] == {"secret": {"type": "SecureString"}, "plain": {"type": "Int", "value": 3}}
    assert properties["outputs"]["number"] == {"type": "Int", "value": 7}
    assert properties["outputs"]["newNSG"]["value"]["provisioningState"] == "Succeeded"
    kinds = [entry["resourceType"] for entry in properties["providers"][0]["resourceTypes"]]
    assert (properties["providers"][0]["namespace"], kinds) == (
        "Microsoft.Network",
        ["networkSecurityGroups", "virtualNetworks"],
    )
    (dependency,) = properties["dependencies"]
    assert dependency["resourceName"] == "v"
    assert [entry["resourceName"] for entry in dependency["dependsOn"]] == ["nsg"]
    assert len(properties["outputResources"]) == 2


def test_references_are_answered_by_deployed_resources(deploy: Callable[..., dict[str, Any]]) -> None:
    """A body that needs another resource's property waits for it and gets it."""
    assignment = {
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": "2022-04-01",
        "name": "[guid(resourceGroup().id, 'x')]",
        "dependsOn": ["builder"],
        "properties": {
            "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', "
            "'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
            "principalId": "[reference('builder').principalId]",
        },
    }
    ended = deploy(_body(_template(_IDENTITY, assignment)))
    assert ended["properties"]["provisioningState"] == "Succeeded"


def test_list_functions_are_called_as_the_deployer(deploy: Callable[..., dict[str, Any]]) -> None:
    """`listKeys` in an output is answered through the cloud itself."""
    account = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": "keysaccount",
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
    }
    value = "[length(listKeys('keysaccount', '2023-05-01').keys)]"
    outputs = {"count": {"type": "int", "value": value}}
    ended = deploy(_body(_template(account, outputs=outputs)))
    assert ended["properties"]["outputs"]["count"]["value"] == 2


def test_a_template_at_fault_never_starts(call: Call) -> None:
    """400 InvalidTemplate with every violation (recorded shape); nothing is written."""
    template = _template(_IDENTITY, parameters={"a": {"type": "string"}, "b": {"type": "string"}})
    for answer in (
        call("PUT", _DEPLOYMENTS + "/bad", _body(template)),
        call("POST", _DEPLOYMENTS + "/bad/validate", _body(template)),
    ):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "InvalidTemplate")
        assert error["message"].startswith("Deployment template validation failed: '")
        assert [entry["type"] for entry in error["additionalInfo"]] == ["TemplateViolation"] * 2
    assert call("GET", _DEPLOYMENTS + "/bad").json()["error"]["code"] == "DeploymentNotFound"


def test_a_valid_template_is_validated_without_a_trace(call: Call) -> None:
    """Validation answers what would be deployed, and keeps nothing."""
    answer = call("POST", _DEPLOYMENTS + "/v/validate", _body(_template(_IDENTITY)))
    properties = answer.json()["properties"]
    assert (properties["provisioningState"], properties["timestamp"]) == ("Succeeded", "0001-01-01T00:00:00Z")
    assert properties["validatedResources"][0]["id"].endswith("/userAssignedIdentities/builder")
    assert call("GET", _DEPLOYMENTS).json() == {"value": []}


def test_a_refused_resource_fails_the_deployment_in_nested_errors(
    deploy: Callable[..., dict[str, Any]], call: Call
) -> None:
    """DeploymentFailed, then the status's name with the provider's answer as JSON text, as Azure nests them."""
    error = deploy(_body(_template(_group(prefix="no address!"))))["properties"]["error"]
    assert error["code"] == "DeploymentFailed"
    (detail,) = error["details"]
    assert detail["code"] == "BadRequest"
    assert json.loads(detail["message"])["error"]["code"] == "SecurityRuleInvalidAddressPrefix"
    (step,) = call("GET", "~/resourceGroups/rg/deployments/d/operations").json()["value"]
    assert step["properties"]["provisioningState"] == "Failed"
    assert step["properties"]["statusMessage"]["error"]["code"] == "SecurityRuleInvalidAddressPrefix"


def test_the_sdk_raises_the_error_of_a_failed_deployment(
    credential: ClientSecretCredential, subscription_id: str, sdk_options: dict[str, Any], call: Call
) -> None:
    """The poller ends with the error that the status document carries."""
    call("GET", "~/resourceGroups/rg")
    with DeploymentsMgmtClient(credential, subscription_id, **sdk_options) as client:
        poller = client.deployments.begin_create_or_update("rg", "d", _body(_template(_group(prefix="bad!"))))  # type: ignore[call-overload] # plain JSON is taken too
        with pytest.raises(HttpResponseError, match="DeploymentFailed"):
            poller.result()


def test_nothing_starts_after_a_failure(deploy: Callable[..., dict[str, Any]], call: Call) -> None:
    """What depends on a failed resource is not tried."""
    follower = _IDENTITY | {"dependsOn": ["nsg"]}
    ended = deploy(_body(_template(_group(prefix="bad!"), follower)))
    assert ended["properties"]["provisioningState"] == "Failed"
    path = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    assert call("GET", path).status_code == 404


@pytest.mark.parametrize("scope", ["inner", "outer"])
def test_nested_deployments_are_deployments_of_their_own(
    deploy: Callable[..., dict[str, Any]], call: Call, scope: str
) -> None:
    """A nested deployment has a document, and its outputs reach the one around it."""
    value = "[parameters('word')]" if scope == "inner" else "[variables('word')]"
    inner = _template(_IDENTITY, outputs={"said": {"type": "string", "value": value}})
    if scope == "inner":
        inner["parameters"] = {"word": {"type": "string"}}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "nested",
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": scope},
            "template": inner,
            **({"parameters": {"word": {"value": "[variables('word')]"}}} if scope == "inner" else {}),
        },
    }
    outputs = {"heard": {"type": "string", "value": "[reference('nested').outputs.said.value]"}}
    ended = deploy(_body(_template(nested, variables={"word": "hello"}, outputs=outputs)))
    assert ended["properties"].get("error") is None
    assert ended["properties"]["outputs"]["heard"]["value"] == "hello"
    assert call("GET", _DEPLOYMENTS + "/nested").json()["properties"]["provisioningState"] == "Succeeded"


def test_a_failed_nested_deployment_is_wrapped(deploy: Callable[..., dict[str, Any]]) -> None:
    """Conflict, ResourceDeploymentFailure, DeploymentFailed, and only then the cause."""
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "nested",
        "properties": {"mode": "Incremental", "template": _template(_group(prefix="bad!"))},
    }
    (detail,) = deploy(_body(_template(nested)))["properties"]["error"]["details"]
    assert detail["code"] == "Conflict"
    outer = json.loads(detail["message"])["error"]
    assert outer["code"] == "ResourceDeploymentFailure"
    (inner,) = outer["details"]
    assert inner["code"] == "DeploymentFailed"
    cause = json.loads(inner["details"][0]["message"])["error"]
    assert cause["code"] == "SecurityRuleInvalidAddressPrefix"


def test_conditions_leave_resources_out(deploy: Callable[..., dict[str, Any]], call: Call) -> None:
    """A false condition is neither deployed nor waited for."""
    left_out = _group() | {"condition": False}
    follower = _IDENTITY | {"dependsOn": ["nsg"]}
    ended = deploy(_body(_template(left_out, follower)))
    assert ended["properties"]["provisioningState"] == "Succeeded"
    path = "~/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"
    assert call("GET", path).status_code == 404


def test_complete_mode_deletes_what_the_template_does_not_name(
    deploy: Callable[..., dict[str, Any]], call: Call
) -> None:
    """Incremental leaves other resources alone, Complete does not."""
    deploy(_body(_template(_group("old"))))
    deploy(_body(_template(_group("new"))))
    listed = call("GET", "~/resourceGroups/rg/resources").json()["value"]
    assert [entry["name"] for entry in listed] == ["new", "old"]
    deploy(_body(_template(_group("new")), mode="Complete"))
    assert [entry["name"] for entry in call("GET", "~/resourceGroups/rg/resources").json()["value"]] == ["new"]


def test_a_deployment_registers_the_namespaces_that_it_needs(caller: Callable[..., Any]) -> None:
    """A plain PUT needs registration, a deployment sees to it."""
    client = caller()
    client("PUT", "~/resourceGroups/rg", {"location": "westeurope"})
    client.settled("PUT", _DEPLOYMENTS + "/d", _body(_template(_IDENTITY)))
    assert client("GET", _DEPLOYMENTS + "/d").json()["properties"]["provisioningState"] == "Succeeded"
    state = client("GET", "~/providers/Microsoft.ManagedIdentity").json()["registrationState"]
    assert state in {"Registering", "Registered"}


def test_every_resource_has_to_be_allowed_beforehand(
    call: Call, as_other: Callable[[str], Call], object_id_of: Callable[[str], str]
) -> None:
    """403 InvalidTemplateDeployment names resource, action and scope; nothing is deployed."""
    client_id = "55555555-5555-5555-5555-555555555555"
    other = as_other(client_id)
    contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
    assignment = {
        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{contributor}",
        "principalId": object_id_of(client_id),
    }
    path = "~/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments"
    call("PUT", f"{path}/66666666-6666-6666-6666-666666666666", {"properties": assignment})
    forbidden = {
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": "2022-04-01",
        "name": "77777777-7777-7777-7777-777777777777",
        "properties": assignment,
    }
    answer = other("PUT", _DEPLOYMENTS + "/d", _body(_template(_IDENTITY, forbidden)))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "InvalidTemplateDeployment")
    assert "'Microsoft.Authorization/roleAssignments/write'" in error["message"]
    assert other("PUT", _DEPLOYMENTS + "/d", _body(_template(_IDENTITY))).status_code == 201


def test_deployments_stand_at_the_subscription_too(call: Call, settled: Call) -> None:
    """A subscription deployment has a location, makes groups, and deploys into them."""
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2024-03-01", "name": "made"}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inside",
        "resourceGroup": "made",
        "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'made')]"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": _template(_IDENTITY),
        },
    }
    body = _body(_template(group | {"location": "westeurope"}, nested))
    path = "~/providers/Microsoft.Resources/deployments/wide"
    assert call("PUT", path, body).json()["error"]["code"] == "LocationRequired"
    settled("PUT", path, body | {"location": "westeurope"})
    ended = call("GET", path).json()
    assert ended["properties"]["provisioningState"] == "Succeeded", ended
    identity = "~/resourceGroups/made/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    assert call("GET", identity).status_code == 200


def test_a_deployment_is_listed_exported_and_forgotten(
    deploy: Callable[..., dict[str, Any]], call: Call, settled: Call
) -> None:
    """HEAD, list, exportTemplate and DELETE."""
    template = _template(_IDENTITY)
    deploy(_body(template))
    assert call("HEAD", _DEPLOYMENTS + "/d").status_code == 204
    assert [entry["name"] for entry in call("GET", _DEPLOYMENTS).json()["value"]] == ["d"]
    assert call("POST", _DEPLOYMENTS + "/d/exportTemplate").json() == {"template": template}
    assert settled("DELETE", _DEPLOYMENTS + "/d").status_code == 202
    assert call("HEAD", _DEPLOYMENTS + "/d").status_code == 404


def test_what_has_ended_cannot_be_cancelled(deploy: Callable[..., dict[str, Any]], call: Call) -> None:
    """409, with the state that it ended in."""
    deploy(_body(_template(_IDENTITY)))
    answer = call("POST", _DEPLOYMENTS + "/d/cancel")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "DeploymentCannotBeCancelled")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "InvalidRequestContent"),
        ({"properties": {"mode": "Incremental"}}, "InvalidRequestContent"),
        ({"properties": {"mode": "Sideways", "template": _template()}}, "InvalidDeploymentMode"),
        (
            {"properties": {"mode": "Incremental", "templateLink": {"uri": "https://elsewhere.example/t.json"}}},
            "InvalidContentLink",
        ),
        (
            {
                "properties": {
                    "mode": "Incremental",
                    "template": _template(parameters={"a": {"type": "string"}}),
                    "parameters": {"a": {"reference": {"keyVault": {"id": "x"}, "secretName": "s"}}},
                }
            },
            "InvalidDeploymentParameterValue",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(call: Call, body: dict[str, Any], code: str) -> None:
    """400 with the code for it."""
    answer = call("PUT", _DEPLOYMENTS + "/d", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
