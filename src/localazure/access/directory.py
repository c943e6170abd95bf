"""The tenant's principals: the one that the cloud is born with, those that log in, and managed identities."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass

from localazure.arm.messages import Principal
from localazure.store import Document, Store

_FOLDER = "/providers/Microsoft.Graph/servicePrincipals"
_TYPE = "Microsoft.Graph/servicePrincipals"


@dataclass(frozen=True, kw_only=True)
class ServicePrincipal:
    """One entry of the directory. `kind` is Application or ManagedIdentity."""

    app_id: str
    object_id: str
    name: str
    kind: str
    resource_id: str = ""  # of the managed identity


class Directory:
    """Principals by application id. Secrets are kept as salted digests."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def tenant_id(self) -> str:
        """The one tenant, made at the first start."""
        return self._store.setting("tenant-id", lambda: str(uuid.uuid4()))

    def enroll(
        self,
        *,
        app_id: str,
        name: str,
        object_id: str | None = None,
        kind: str = "Application",
        resource_id: str = "",
        secret: str | None = None,
    ) -> ServicePrincipal:
        """Write a principal; one that is there already keeps its object id unless another is given."""
        with self._store.transaction():
            known = self.find(app_id)
            body = {
                "appId": app_id,
                "id": object_id or (known.object_id if known else str(uuid.uuid4())),
                "displayName": name,
                "servicePrincipalType": kind,
                "resourceId": resource_id,
            }
            internal = {"secret": _digest(app_id, secret)} if secret is not None else None
            return _principal(self._store.put(f"{_FOLDER}/{app_id}", body, internal=internal))

    def remove(self, app_id: str) -> None:
        """Forget a principal (its managed identity was deleted)."""
        self._store.delete(f"{_FOLDER}/{app_id}")

    def find(self, app_id: str) -> ServicePrincipal | None:
        """The principal of that application (client) id."""
        document = self._store.get(f"{_FOLDER}/{app_id}")
        return _principal(document) if document else None

    def by_object_id(self, object_id: str) -> ServicePrincipal | None:
        """The principal of that object id."""
        found = [entry for entry in self.all() if entry.object_id.lower() == object_id.lower()]
        return found[0] if found else None

    def all(self) -> list[ServicePrincipal]:
        """Every principal."""
        return [_principal(document) for document in self._store.of_type(_TYPE)]

    def knows_secret(self, app_id: str, secret: str) -> bool:
        """Whether this is the application's secret; the first secret that an application shows becomes its own."""
        with self._store.transaction():
            document = self._store.get(f"{_FOLDER}/{app_id}")
            if document is None:
                self.enroll(app_id=app_id, name=app_id, secret=secret)
                return True
            kept = document.internal.get("secret")
            if kept is None and document.body["servicePrincipalType"] == "Application":
                self.enroll(app_id=app_id, name=document.body["displayName"], secret=secret)
                return True
            return kept is not None and hmac.compare_digest(str(kept), _digest(app_id, secret))

    def principal(self, entry: ServicePrincipal) -> Principal:
        """The caller that this entry is once it has a token."""
        return Principal(object_id=entry.object_id, tenant_id=self.tenant_id, app_id=entry.app_id, name=entry.name)


def _digest(app_id: str, secret: str) -> str:
    return hashlib.scrypt(secret.encode(), salt=app_id.lower().encode(), n=2**10, r=8, p=1).hex()


def _principal(document: Document) -> ServicePrincipal:
    body = document.body
    return ServicePrincipal(
        app_id=body["appId"],
        object_id=body["id"],
        name=body["displayName"],
        kind=body["servicePrincipalType"],
        resource_id=body["resourceId"],
    )
