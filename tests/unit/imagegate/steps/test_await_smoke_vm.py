"""What a deployment's state says about the smoke VM."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps.await_smoke_vm import await_smoke_vm
from imagegate.steps.provision_smoke_vm import provision_smoke_vm
from smoke_azure import VERSION_ID, SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)


def provisioned(azure: SmokeAzure, *, reach: str = "public-ip") -> None:
    """Submit the deployment."""
    job = {"image_version_id": VERSION_ID, "security_type": "Standard", "reach": reach, "ports": [80]}
    owner = {"imagegate-owner": "imagegate"}
    provision_smoke_vm(azure.cloud(), {**job, "vm": VM.to_json(), "allowed_source": "Internet", "tags": owner})


def look(azure: SmokeAzure) -> dict[str, Any]:
    """Look once."""
    return await_smoke_vm(azure.cloud(), {"vm": VM.to_json()})


def test_running_then_ready() -> None:
    """While it runs there is no more to say; then there are address and resources, OS disk and deployment included."""
    azure = SmokeAzure(boot_address="20.1.2.3")
    provisioned(azure)

    assert look(azure) == {"state": "running"}
    ready = look(azure)

    assert (ready["state"], ready["address"]) == ("ready", "20.1.2.3")
    assert sorted(one.lower() for one in ready["created"]) == [one.lower() for one in azure.smoke_resources]


def test_without_public_address() -> None:
    """Reached from inside there is no address."""
    azure = SmokeAzure(polls=0)
    provisioned(azure, reach="run-command")
    look(azure)

    assert look(azure)["address"] is None


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ({"code": "SkuNotAvailable", "message": "not here"}, "capacity"),
        ({"code": "OperationNotAllowed", "message": "exceeding quota limits of Core"}, "capacity"),
        ({"code": "OSProvisioningTimedOut", "message": "did not finish in the allotted time"}, "image"),
        ({"code": "RequestDisallowedByPolicy", "message": "policy x"}, "policy"),
        ({"code": "InvalidParameter", "message": "?"}, "service"),
    ],
)
def test_failed(fault: dict[str, Any], cause: str) -> None:
    """A failed deployment is told with its innermost reason and whose fault it is."""
    outer = {"code": "DeploymentFailed", "message": "At least one resource failed.", "details": [fault]}
    azure = SmokeAzure(deployment_faults={"Small": outer})
    provisioned(azure)
    look(azure)

    found = look(azure)

    assert (found["state"], found["cause"]) == ("failed", cause)
    assert fault["message"] in found["reason"]


def test_gone() -> None:
    """A deployment that somebody removed is no image's fault."""
    found = look(SmokeAzure())

    assert (found["state"], found["cause"]) == ("failed", "service")
