"""SSH public keys as resources, and key pairs that are made on request: the private half is answered once."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute.documents import location_of, object_body, properties_of, require, resource

TYPE = "Microsoft.Compute/sshPublicKeys"
_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{resourceGroupName}}/providers/{TYPE}"
_PATH = f"{_GROUP}/{{sshPublicKeyName}}"
_RSA_BITS = 3072  # what the service makes


class SshPublicKeys:
    """The operations on keys."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create or replace."""
        body, known = object_body(request), self._cloud.store.get(request.resource_id)
        location, properties = location_of(body), _properties(properties_of(body))
        key_id = known.id if known else request.resource_id
        document = resource(key_id, location=location, properties=properties, tags=body.get("tags"))
        self._cloud.store.put(key_id, document)
        return ArmResponse(status=200 if known else 201, body=document)

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change tags or the key."""
        known, body = require(self._cloud, request.resource_id), object_body(request)
        if "tags" in body:
            known.body["tags"] = body["tags"] or {}
        known.body["properties"] |= _properties(properties_of(body))
        return ArmResponse(body=self._cloud.store.put(known.id, known.body).body)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One key."""
        return ArmResponse(body=require(self._cloud, request.resource_id).body)

    def listed(self, request: ArmRequest) -> ArmResponse:
        """The keys of a group or of the subscription."""
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(scope, TYPE)]})

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove; 204 when there is none."""
        return ArmResponse(status=200 if self._cloud.store.delete(request.resource_id) else 204)

    def generate(self, request: ArmRequest) -> ArmResponse:
        """Make a pair for a key that has none yet; the private half is kept nowhere."""
        known = require(self._cloud, request.target_id)
        if known.body["properties"].get("publicKey"):
            message = f"The SSH public key resource '{known.id.name}' already has a public key."
            raise ArmError(409, "PropertyChangeNotAllowed", message, target="publicKey")
        kind = str((request.body or {}).get("encryptionType") or "RSA")
        private, public = _pair(kind)
        known.body["properties"]["publicKey"] = public
        self._cloud.store.put(known.id, known.body)
        return ArmResponse(body={"privateKey": private, "publicKey": public, "id": known.id.text})


def operations(cloud: Cloud) -> list[Operation]:
    """SshPublicKeys_* of the published specification."""
    keys = SshPublicKeys(cloud)
    rows = (
        ("ListBySubscription", "GET", f"{_SUBSCRIPTION}/providers/{TYPE}", "read", keys.listed),
        ("ListByResourceGroup", "GET", _GROUP, "read", keys.listed),
        ("Create", "PUT", _PATH, "write", keys.put),
        ("Update", "PATCH", _PATH, "write", keys.patch),
        ("Get", "GET", _PATH, "read", keys.get),
        ("Delete", "DELETE", _PATH, "delete", keys.delete),
        ("GenerateKeyPair", "POST", f"{_PATH}/generateKeyPair", "generateKeyPair/action", keys.generate),
    )
    return [
        Operation(
            operation_id=f"SshPublicKeys_{name}", method=method, path=path, action=f"{TYPE}/{action}", handler=handler
        )
        for name, method, path, action, handler in rows
    ]


def _properties(given: dict[str, Any]) -> dict[str, Any]:
    key = given.get("publicKey")
    if not key:
        return {}
    try:
        serialization.load_ssh_public_key(str(key).encode())
    except ValueError as error:
        message = "The value of parameter publicKey is invalid: it is no SSH public key in OpenSSH format."
        raise ArmError(400, "InvalidParameter", message, target="publicKey") from error
    return {"publicKey": key}


def _pair(kind: str) -> tuple[str, str]:
    """The private half as PEM, the public half as OpenSSH's line."""
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if kind.lower() == "ed25519":
        private, form = ed25519.Ed25519PrivateKey.generate(), serialization.PrivateFormat.OpenSSH
    elif kind.lower() == "rsa":
        private = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        form = serialization.PrivateFormat.TraditionalOpenSSL
    else:
        message = f"The value '{kind}' of parameter encryptionType is invalid: it is RSA or Ed25519."
        raise ArmError(400, "InvalidParameter", message, target="encryptionType")
    secret = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    line = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return secret.decode(), f"{line.decode()} generated-by-azure"
