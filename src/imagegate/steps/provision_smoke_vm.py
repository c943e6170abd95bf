"""Begins to make a smoke VM with everything around it: one deployment."""

from typing import Any

from imagegate.errors import ServiceUnreachable
from imagegate.gateway.azure_templates import azure_template
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import begin_deployment, read_deployment
from imagegate.gateway.resources import get_resource
from imagegate.model.smoke_vm import SmokeVm

ADMIN_NAME = "imagegate"
_KEY_BITS = 2048
"""The smallest RSA key that Azure takes for Linux VMs; nobody ever logs in with it."""


def provision_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Submit the deployment, unless there is one of that name with its VM already; returns at once.

    `job`: `vm`, `image_version_id` (exact), `security_type`, `reach`, `ports`, `allowed_source`, `tags`. The answer
    says whether it was `submitted` or found. The undo is known before: everything is named after the VM.
    """
    vm = SmokeVm.from_json(job["vm"])
    if _under_way_or_there(cloud, vm):
        return {"submitted": False}
    begin_deployment(
        cloud,
        vm.resource_group,
        vm.name,
        template=azure_template("smoke-vm"),
        parameters={
            "location": vm.region,
            "vmName": vm.name,
            "vmSize": vm.vm_size,
            "imageVersionId": job["image_version_id"],
            "adminUsername": ADMIN_NAME,
            "sshPublicKey": _public_key_of_a_lost_pair(),
            "securityType": job["security_type"],
            "probePorts": list(job["ports"]),
            "allowedSource": job["allowed_source"],
            "reach": job["reach"],
            "tags": dict(job["tags"]),
        },
        tags=job["tags"],
    )
    return {"submitted": True}


def _under_way_or_there(cloud: Cloud, vm: SmokeVm) -> bool:
    """Whether an earlier delivery saw to it.

    A deployment that has ended without its VM being there is what a verification left that died while it tore down:
    what is at its address is nobody's, and must not be probed.

    Raises:
        ServiceUnreachable: that VM is still being deleted; it may pass.
    """
    deployment = read_deployment(cloud, vm.resource_group, vm.name)
    if deployment is None or not deployment.ended:
        return deployment is not None
    body = get_resource(cloud, vm.id)
    if body is not None and str((body.get("properties") or {}).get("provisioningState", "")).lower() == "deleting":
        raise ServiceUnreachable(f"The smoke VM {vm.name} of an earlier attempt is still being deleted.")
    return body is not None


def _public_key_of_a_lost_pair() -> str:
    """A public key whose private half is gone when this returns: the VM must have one, and nobody shall log in."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    pair = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    encoding, form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return f"{pair.public_key().public_bytes(encoding, form).decode()} imagegate"
