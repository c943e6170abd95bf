"""Taking away: idempotent, only what is ours, and honest about what does not go."""

import pytest

from fake_wire import SUBSCRIPTION, Answer
from imagegate.errors import NotAuthorised
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps.provision_smoke_vm import provision_smoke_vm
from imagegate.steps.tear_down_smoke_vm import stop_smoke_deployment, tear_down_smoke_vm
from smoke_azure import VERSION_ID, SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)
NIC = VM.teardown_stages[1][0].text


@pytest.fixture
def azure() -> SmokeAzure:
    """A smoke VM with everything around it."""
    azure = SmokeAzure()
    job = {"image_version_id": VERSION_ID, "security_type": "Standard", "reach": "public-ip", "ports": [80]}
    owner = {"imagegate-owner": "imagegate"}
    provision_smoke_vm(azure.cloud(), {**job, "vm": VM.to_json(), "allowed_source": "Internet", "tags": owner})
    azure.deployments[VM.name]["properties"]["provisioningState"] = "Succeeded"
    return azure


def test_all_stages(azure: SmokeAzure) -> None:
    """In the order of the stages everything goes, and a second round finds nothing and deletes nothing."""
    cloud = azure.cloud()
    ids = [one.text for stage in VM.teardown_stages for one in stage]
    for one in ids:
        tear_down_smoke_vm(cloud, {"id": one})
    deletions = azure.count("DELETE", "/")

    answers = [tear_down_smoke_vm(cloud, {"id": one}) for one in ids]

    assert azure.smoke_resources == []
    assert answers == [{"gone": True, "existed": False, "reason": ""}] * len(ids)
    assert azure.count("DELETE", "/") == deletions


def test_without_cascade(azure: SmokeAzure) -> None:
    """What a refused VM left behind goes by name, one after the other."""
    azure.cascade = False
    cloud = azure.cloud()
    for stage in VM.teardown_stages:
        for one in stage:
            tear_down_smoke_vm(cloud, {"id": one.text})

    assert azure.smoke_resources == []


def test_deletion_goes_on(azure: SmokeAzure) -> None:
    """While a deletion goes on it is not asked for again."""
    azure.deletions_take = 3
    cloud = azure.cloud()
    job = {"id": VM.id.text}

    assert tear_down_smoke_vm(cloud, job)["reason"] == "its deletion was accepted"
    assert tear_down_smoke_vm(cloud, job)["reason"] == "its deletion goes on"
    assert azure.count("DELETE", "/virtualMachines/") == 1


def test_in_use(azure: SmokeAzure) -> None:
    """What is in use stays for now, with Azure's reason."""
    answer = tear_down_smoke_vm(azure.cloud(), {"id": NIC})

    assert answer["gone"] is False
    assert "in use" in answer["reason"]


def test_foreign(azure: SmokeAzure) -> None:
    """What does not carry our tag is never deleted, whatever its name."""
    azure.resources[NIC.lower()]["tags"] = {"imagegate-owner": "somebody"}

    answer = tear_down_smoke_vm(azure.cloud(), {"id": NIC})

    assert "left alone" in answer["reason"]
    assert azure.count("DELETE", "/") == 0


def test_not_authorised(azure: SmokeAzure) -> None:
    """A missing right is raised: waiting does not cure it."""
    body = {"error": {"code": "AuthorizationFailed", "message": "does not have authorization to perform action 'x'"}}
    azure.refusals["DELETE", "/networkInterfaces/"] = [Answer(status=403, body=body)]

    with pytest.raises(NotAuthorised):
        tear_down_smoke_vm(azure.cloud(), {"id": NIC})


def test_gone_between_look_and_deletion(azure: SmokeAzure) -> None:
    """A deletion that finds nothing is as good as one that did it."""
    missing = Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
    azure.refusals["DELETE", "/networkInterfaces/"] = [missing]

    assert tear_down_smoke_vm(azure.cloud(), {"id": NIC})["reason"] == "its deletion was accepted"


def test_stop_deployment(azure: SmokeAzure) -> None:
    """A running deployment is cancelled; then, or where there is none, nothing more will come of it."""
    cloud = azure.cloud()
    job = {"id": VM.deployment_id.text}
    azure.deployments[VM.name]["properties"] |= {"provisioningState": "Running", "polls": 9}

    assert stop_smoke_deployment(cloud, job) == {"stopped": False}
    assert stop_smoke_deployment(cloud, job) == {"stopped": True}
    assert azure.count("POST", "/cancel") == 1
    azure.deployments.clear()
    assert stop_smoke_deployment(cloud, job) == {"stopped": True}


def test_stop_refused(azure: SmokeAzure) -> None:
    """A deployment that ended a moment before cannot be cancelled, and need not."""
    azure.deployments[VM.name]["properties"] |= {"provisioningState": "Running", "polls": 9}
    conflict = Answer(status=409, body={"error": {"code": "DeploymentCannotBeCancelled", "message": "ended"}})
    azure.refusals["POST", "/cancel"] = [conflict]

    assert stop_smoke_deployment(azure.cloud(), {"id": VM.deployment_id.text}) == {"stopped": False}
