"""Snapshots: a blob as it was at a moment, kept beside its container under a name that no container can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localazure.cloud import Cloud
from localazure.http.blob_service import access
from localazure.http.blob_service.access import Right
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, Caller
from localazure.http.blob_service.service_calls import Handler
from localazure.store import Blob

if TYPE_CHECKING:
    from localazure.http.blob_service.shelf import Shelf

_MARK = "\n"  # in no container's name, and in no moment


def place(container: str) -> str:
    """Where the snapshots of a container's blobs are kept."""
    return f"{container}{_MARK}snapshots"


def get(cloud: Cloud, call: BlobCall, moment: str) -> Blob | None:
    """One snapshot of a call's blob, or None."""
    return cloud.store.get_blob(call.account.name, place(call.container), f"{call.blob}{_MARK}{moment}")


def of(cloud: Cloud, call: BlobCall) -> list[Blob]:
    """Every snapshot of a call's blob, the oldest first."""
    return cloud.store.blobs(call.account.name, place(call.container), f"{call.blob}{_MARK}")


def under(cloud: Cloud, call: BlobCall, prefix: str) -> dict[str, list[tuple[str, Blob]]]:
    """The snapshots of a container by blob: each with its moment."""
    found: dict[str, list[tuple[str, Blob]]] = {}
    for snapshot in cloud.store.blobs(call.account.name, place(call.container), prefix):
        name, _, moment = snapshot.name.rpartition(_MARK)
        found.setdefault(name, []).append((moment, snapshot))
    return found


class SnapshotCalls:
    """The call that takes one; reading and removing are a blob's own calls, with `snapshot` in the query."""

    def __init__(self, cloud: Cloud, shelf: Shelf) -> None:
        self._cloud = cloud
        self._shelf = shelf

    def table(self) -> dict[tuple[str, str], tuple[Right, Handler]]:
        """Method and component, to right and handler."""
        return {("PUT", "/snapshot"): (access.WRITE, self._take)}

    def _take(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._shelf.found(call)
            moment = self._cloud.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
            properties = {name: value for name, value in blob.properties.items() if name != "lease"}
            if call.metadata():
                properties["metadata"] = call.metadata()
            self._cloud.store.put_blob(
                Blob(
                    account=blob.account,
                    container=place(call.container),
                    name=f"{call.blob}{_MARK}{moment}",
                    properties=properties,
                    content=blob.content,
                )
            )
        version = {"ETag": str(blob.properties["etag"]), "Last-Modified": str(blob.properties["last_modified"])}
        return BlobAnswer(status=201, headers=version | {"x-ms-snapshot": moment})
