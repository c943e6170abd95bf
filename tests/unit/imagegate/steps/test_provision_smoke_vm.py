"""One deployment makes a smoke VM, once."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer
from imagegate.errors import Inconclusive, ServiceUnreachable
from imagegate.gateway.azure_templates import azure_template
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps.provision_smoke_vm import provision_smoke_vm
from smoke_azure import VERSION_ID, SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)
JOB: dict[str, Any] = {
    "vm": VM.to_json(),
    "image_version_id": VERSION_ID,
    "security_type": "TrustedLaunch",
    "reach": "public-ip",
    "ports": [22, 80],
    "allowed_source": "Internet",
    "tags": {"imagegate-owner": "imagegate"},
}


def test_submits() -> None:
    """The deployment carries the exact version, the security type, the ports and the tags, on itself as well."""
    azure = SmokeAzure()

    assert provision_smoke_vm(azure.cloud(), JOB) == {"submitted": True}

    deployment = azure.deployments["smoke-1"]
    given = deployment["properties"]["given"]
    assert (given["imageVersionId"], given["securityType"], given["probePorts"]) == (
        VERSION_ID,
        "TrustedLaunch",
        [22, 80],
    )
    assert deployment["tags"] == given["tags"] == JOB["tags"]


def test_every_parameter_is_given() -> None:
    """The template's parameters are all given, so none has a default of its own that would never be used."""
    azure, declared = SmokeAzure(), azure_template("smoke-vm")["parameters"]
    provision_smoke_vm(azure.cloud(), JOB)

    assert set(azure.deployments["smoke-1"]["properties"]["given"]) == set(declared)
    assert not [name for name, parameter in declared.items() if "defaultValue" in parameter]


def test_twice_submits_once() -> None:
    """A second delivery finds the deployment and submits nothing, so the key pair and the VM stay one."""
    azure = SmokeAzure()
    cloud = azure.cloud()

    provision_smoke_vm(cloud, JOB)
    assert provision_smoke_vm(cloud, JOB) == {"submitted": False}

    assert azure.count("PUT", "/deployments/") == 1


def test_vm_that_was_torn_down_is_made_anew() -> None:
    """A deployment whose VM is gone is what a dead verification left: its address is not taken for a smoke VM's."""
    azure = SmokeAzure()
    cloud = azure.cloud()
    provision_smoke_vm(cloud, JOB)
    azure.deployments["smoke-1"]["properties"]["provisioningState"] = "Succeeded"
    assert provision_smoke_vm(cloud, JOB) == {"submitted": False}
    del azure.resources[VM.id.text.lower()]

    assert provision_smoke_vm(cloud, JOB) == {"submitted": True}
    assert azure.count("PUT", "/deployments/") == 2


def test_vm_that_is_being_deleted_is_waited_for() -> None:
    """While the VM of an earlier attempt goes, nothing is submitted and nothing is taken for ready."""
    azure = SmokeAzure()
    cloud = azure.cloud()
    provision_smoke_vm(cloud, JOB)
    azure.deployments["smoke-1"]["properties"]["provisioningState"] = "Succeeded"
    azure.resources[VM.id.text.lower()]["properties"]["provisioningState"] = "Deleting"

    with pytest.raises(ServiceUnreachable, match="still being deleted"):
        provision_smoke_vm(cloud, JOB)


def test_race_of_two_deliveries() -> None:
    """A deployment that somebody submitted a moment before is ours: an active one is no fault."""
    azure = SmokeAzure()
    active = Answer(status=409, body={"error": {"code": "DeploymentActive", "message": "active"}})
    azure.refusals["PUT", "/deployments/"] = [active]

    assert provision_smoke_vm(azure.cloud(), JOB) == {"submitted": True}


def test_private_key_is_nowhere() -> None:
    """Only the public half of a key goes out, another one each time."""
    keys = []
    for _ in range(2):
        azure = SmokeAzure()
        provision_smoke_vm(azure.cloud(), JOB)
        keys.append(azure.deployments["smoke-1"]["properties"]["given"]["sshPublicKey"])

    assert all(key.startswith("ssh-rsa ") and "PRIVATE" not in key for key in keys)
    assert keys[0] != keys[1]


def test_refused_for_quota() -> None:
    """A refusal by preflight for want of quota is nobody's fault."""
    azure = SmokeAzure()
    body = {"error": {"code": "InvalidTemplateDeployment", "details": [{"code": "QuotaExceeded", "message": "10"}]}}
    azure.refusals["PUT", "/deployments/"] = [Answer(status=400, body=body)]

    with pytest.raises(Inconclusive):
        provision_smoke_vm(azure.cloud(), JOB)
