"""Calls on a container: made, looked at, listed, removed."""

from __future__ import annotations

from localazure.blobs.accounts import CONTAINER_NAME, delete_container, find_container, put_container
from localazure.cloud import Cloud
from localazure.http.blob_service import access, policies, snapshots
from localazure.http.blob_service.access import Right
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, Caller, xml
from localazure.http.blob_service.listing import blob_listing
from localazure.http.blob_service.service_calls import Handler, http_date
from localazure.store import Document

_WITH_POLICIES = {"ETag", "Last-Modified", "x-ms-blob-public-access"}


class ContainerCalls:
    """Serves what stands on a container."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def table(self) -> dict[tuple[str, str], tuple[Right, Handler]]:
        """Method and component, to right and handler."""
        look = (access.READ_CONTAINER, self._get)
        return {
            ("PUT", "container/"): (access.WRITE_CONTAINER, self._create),
            ("GET", "container/"): look,
            ("HEAD", "container/"): look,
            ("GET", "container/metadata"): look,
            ("HEAD", "container/metadata"): look,
            ("PUT", "container/metadata"): (access.WRITE_CONTAINER, self._set_metadata),
            ("DELETE", "container/"): (access.DELETE_CONTAINER, self._delete),
            ("PUT", "container/acl"): (access.WRITE_CONTAINER, self._set_policies),
            ("GET", "container/acl"): (access.READ_CONTAINER, self._policies),
            ("HEAD", "container/acl"): (access.READ_CONTAINER, self._policies),
            ("GET", "container/list"): (access.LIST_BLOBS, self._list),
        }

    def _create(self, call: BlobCall, _: Caller) -> BlobAnswer:
        if not CONTAINER_NAME.fullmatch(call.container):
            raise BlobError(400, "InvalidResourceName", "The specified resource name contains invalid characters.")
        public = policies.public_access(call)
        with self._cloud.store.transaction():
            if find_container(self._cloud, call.account, call.container):
                raise BlobError(409, "ContainerAlreadyExists", "The specified container already exists.")
            made = put_container(
                self._cloud, call.account, call.container, public_access=public, metadata=call.metadata()
            )
        return BlobAnswer(status=201, headers=_headers(made, short=True))

    def _get(self, call: BlobCall, _: Caller) -> BlobAnswer:
        return BlobAnswer(headers=_headers(self.found(call)))

    def _set_metadata(self, call: BlobCall, _: Caller) -> BlobAnswer:
        known = self.found(call)
        public = known.body["properties"]["publicAccess"]
        made = put_container(self._cloud, call.account, call.container, public_access=public, metadata=call.metadata())
        return BlobAnswer(headers=_headers(made, short=True))

    def _set_policies(self, call: BlobCall, _: Caller) -> BlobAnswer:
        made = policies.write(self._cloud, call, self.found(call))
        return BlobAnswer(headers=_headers(made, short=True))

    def _policies(self, call: BlobCall, _: Caller) -> BlobAnswer:
        known = self.found(call)
        answer, whole = policies.read(known), _headers(known)
        kept = {name: value for name, value in whole.items() if name in _WITH_POLICIES}
        return BlobAnswer(content=answer.content, headers={**answer.headers, **kept})

    def _delete(self, call: BlobCall, _: Caller) -> BlobAnswer:
        self.found(call)
        for snapshot in self._cloud.store.blobs(call.account.name, snapshots.place(call.container)):
            self._cloud.store.delete_blob(snapshot.account, snapshot.container, snapshot.name)
        delete_container(self._cloud, call.account, call.container)
        return BlobAnswer(status=202)

    def _list(self, call: BlobCall, _: Caller) -> BlobAnswer:
        self.found(call)
        blobs = self._cloud.store.blobs(call.account.name, call.container, call.query.get("prefix", ""))
        wanted = "snapshots" in call.query.get("include", "").split(",")
        taken = snapshots.under(self._cloud, call, call.query.get("prefix", "")) if wanted else {}
        endpoint = f"{self._cloud.blob_endpoint}/{call.account.name}/"
        return xml(blob_listing(endpoint, call, blobs, taken, self._cloud.clock.now()))

    def found(self, call: BlobCall) -> Document:
        """The container, or 404."""
        document = find_container(self._cloud, call.account, call.container)
        if document is None:
            raise BlobError(404, "ContainerNotFound", "The specified container does not exist.")
        return document


def _headers(document: Document, *, short: bool = False) -> dict[str, str]:
    properties = document.body["properties"]
    headers = {"ETag": document.body["etag"], "Last-Modified": http_date(properties["lastModifiedTime"])}
    if short:
        return headers
    headers |= {f"x-ms-meta-{name}": value for name, value in (properties.get("metadata") or {}).items()}
    public = str(properties["publicAccess"]).lower()
    return headers | {
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-has-immutability-policy": "false",
        "x-ms-has-legal-hold": "false",
        **({"x-ms-blob-public-access": public} if public != "none" else {}),
    }
