"""Who may do what with blobs: tokens with roles, the account's keys, signatures, and containers open to all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.blobs import signatures
from localazure.blobs.accounts import find_container
from localazure.blobs.links import in_time
from localazure.cloud import Cloud
from localazure.http.blob_service import policies
from localazure.http.blob_service.exchange import BlobCall, BlobError, Caller
from localazure.http.tokens import Tokens

_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"


@dataclass(frozen=True)
class Right:
    """What an operation needs: a role's (data) action, and a letter of a signature's permissions."""

    action: str
    letters: str
    data: bool = True
    level: str = "blob"  # the narrowest signature that can grant it


READ = Right(f"{_CONTAINERS}/blobs/read", "r")
WRITE = Right(f"{_CONTAINERS}/blobs/write", "wc")
APPEND = Right(f"{_CONTAINERS}/blobs/write", "aw")
DELETE = Right(f"{_CONTAINERS}/blobs/delete", "d")
LIST_BLOBS = Right(f"{_CONTAINERS}/blobs/read", "l", level="container")
READ_CONTAINER = Right(f"{_CONTAINERS}/read", "r", data=False, level="account")
WRITE_CONTAINER = Right(f"{_CONTAINERS}/write", "wc", data=False, level="account")
DELETE_CONTAINER = Right(f"{_CONTAINERS}/delete", "d", data=False, level="account")
LIST_CONTAINERS = Right(f"{_CONTAINERS}/read", "l", data=False, level="account")
DELEGATE = Right(
    "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action", "", data=False, level="none"
)

_WIDTH = {"blob": 0, "container": 1, "account": 2, "none": 3}


class Access:
    """Recognises callers and decides."""

    def __init__(self, cloud: Cloud, tokens: Tokens) -> None:
        self._cloud = cloud
        self._tokens = tokens

    def caller(self, call: BlobCall) -> Caller:
        """Who calls. Raises 401 or 403 for credentials that are not good."""
        authorization = call.headers.get("authorization", "")
        if authorization.lower().startswith("bearer "):
            return Caller(principal=self._token(call))
        if authorization.lower().startswith("sharedkey "):
            self._check_key(call, authorization.split(" ", 1)[1])
            return Caller()
        if call.query.get("sig"):
            return self._signature(call)
        return Caller(anonymous=True)

    def require(self, call: BlobCall, caller: Caller, right: Right) -> None:
        """Let a permitted call pass; else raise what the service answers."""
        if caller.anonymous:
            self._require_public(call, right)
            return
        if caller.letters is not None and not (
            set(right.letters) & caller.letters and _WIDTH[caller.resource] >= _WIDTH[right.level]
        ):
            raise permission_mismatch()
        if caller.principal is not None and not self._by_role(call, caller.principal, right):
            raise permission_mismatch()
        if caller.principal is None and right.level == "none":
            message = "Only authentication scheme Bearer is supported."
            raise BlobError(403, "AuthenticationFailed", message)

    def delegation_key(self, object_id: str, tenant_id: str, start: str, expiry: str, version: str) -> str:
        """The key that a principal signs with for itself; the same at every call, so that none is kept."""
        seed = self._cloud.store.setting("delegation-seed", lambda: secrets.token_hex(32))
        text = f"{object_id}\n{tenant_id}\n{start}\n{expiry}\n{version}"
        return base64.b64encode(hmac.new(seed.encode(), text.encode(), hashlib.sha256).digest()).decode()

    # --- credentials

    def _token(self, call: BlobCall) -> Principal:
        url = f"{self._cloud.blob_endpoint}/{call.account.name}"
        try:
            return self._tokens.blob_caller(call.headers, url)
        except ArmError as error:
            raise BlobError(
                401,
                "InvalidAuthenticationInfo",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate "
                "header.",
                headers=self._challenge(),
            ) from error

    def _check_key(self, call: BlobCall, credential: str) -> None:
        name, _, signature = credential.partition(":")
        self._check_keys_allowed(call)
        text = signatures.shared_key_text(call.method, call.raw_path, call.query, call.headers, call.account.name)
        known = any(signatures.matches(key, text, signature) for key in call.account.keys)
        if name != call.account.name or not known:
            raise _not_authentic()

    def _check_keys_allowed(self, call: BlobCall) -> None:
        if not call.account.allows_shared_key:
            message = "Key based authentication is not permitted on this storage account."
            raise BlobError(403, "KeyBasedAuthenticationNotPermitted", message)

    def _signature(self, call: BlobCall) -> Caller:
        query = call.query
        granted = policies.effective(self._cloud, call.account, call.container, query)
        if not in_time(self._cloud, granted):
            raise _not_authentic("Signature not valid in the specified time frame")
        letters = frozenset(granted.get("sp", ""))
        if query.get("skoid"):
            return Caller(principal=self._delegate(call), letters=letters, resource=_resource(query))
        self._check_keys_allowed(call)
        if query.get("ss"):
            text, resource = signatures.account_text(query, call.account.name), "account"
        else:
            text = signatures.service_text(query, call.account.name, call.container, call.blob)
            resource = _resource(query)
        if not any(signatures.matches(key, text, query["sig"]) for key in call.account.keys):
            raise _not_authentic("Signature did not match.")
        return Caller(letters=letters, resource=resource)

    def _delegate(self, call: BlobCall) -> Principal:
        """The principal behind a user delegation signature: its roles count as well as the letters."""
        query = call.query
        fields = [query.get(name, "") for name in ("skoid", "sktid", "skt", "ske", "skv")]
        key = self.delegation_key(*fields)
        text = signatures.delegation_text(query, call.account.name, call.container, call.blob)
        entry = self._cloud.directory.by_object_id(query["skoid"])
        if entry is None or not signatures.matches(key, text, query["sig"]):
            raise _not_authentic("Signature did not match.")
        return self._cloud.directory.principal(entry)

    # --- decisions

    def _by_role(self, call: BlobCall, principal: Principal, right: Right) -> bool:
        scope = str(call.account.id)
        if call.container:
            scope = str(call.account.container_id(call.container)) + (f"/blobs/{call.blob}" if call.blob else "")
        return self._cloud.is_allowed(principal, right.action, scope, data=right.data)

    def _require_public(self, call: BlobCall, right: Right) -> None:
        if right not in {READ, LIST_BLOBS, READ_CONTAINER}:
            raise BlobError(
                401,
                "NoAuthenticationInformation",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate "
                "header.",
                headers=self._challenge(),
            )
        if not call.account.allows_public_access:
            message = "Public access is not permitted on this storage account."
            raise BlobError(409, "PublicAccessNotPermitted", message)
        document = find_container(self._cloud, call.account, call.container)
        public = str(document.body["properties"].get("publicAccess", "None")).lower() if document else "none"
        if public not in ({"blob", "container"} if right == READ else {"container"}):
            raise BlobError(404, "ResourceNotFound", "The specified resource does not exist.")

    def _challenge(self) -> dict[str, str]:
        authority = f"{self._cloud.arm_endpoint}/{self._cloud.tenant_id}/oauth2/authorize"
        return {"WWW-Authenticate": f"Bearer authorization_uri={authority} resource_id=https://storage.azure.com"}


def permission_mismatch() -> BlobError:
    """403 for who is known and may not."""
    message = "This request is not authorized to perform this operation using this permission."
    return BlobError(403, "AuthorizationPermissionMismatch", message)


def _resource(query: Mapping[str, str]) -> str:
    return "container" if query.get("sr") in {"c", "d"} else "blob"


def _not_authentic(detail: str = "") -> BlobError:
    message = (
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
        "including the signature."
    )
    return BlobError(403, "AuthenticationFailed", f"{message} {detail}".strip())
