"""The gallery that set-up made, and the version that the stories of verifiers are about."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from localazure.assembly import LocalCloud
from localazure.store import Document

_VERSION_TYPE = "Microsoft.Compute/galleries/images/versions"
_API = "2023-07-03"


class Gallery:
    """`records` is the storage account of the container of records."""

    def __init__(self, local: LocalCloud, group_id: str, *, records: str) -> None:
        self._local = local
        self._records = records
        self.definition_id = f"{group_id}/providers/Microsoft.Compute/galleries/golden/images/apache-debian12"

    @cached_property
    def version(self) -> Document:
        """The first version, as it was built."""
        return self._local.cloud.store.under(self.definition_id, _VERSION_TYPE)[0]

    @property
    def version_id(self) -> str:
        """Its id."""
        return self.version.id.text

    def forget_verdict(self) -> None:
        """The version is as it was built, and there are no records."""
        store = self._local.cloud.store
        store.put(self.version.id, self.version.body, internal=self.version.internal)
        for blob in store.blobs(self._records, "records"):
            store.delete_blob(self._records, "records", blob.name)

    def show_version(self) -> None:
        """Somebody makes the version visible, past all that imagegate does, as the activity log tells."""
        cloud = self._local.cloud
        profile: dict[str, Any] = {**self.version.body["properties"]["publishingProfile"]}
        profile |= {"excludeFromLatest": False}
        profile["targetRegions"] = [{**one, "excludeFromLatest": False} for one in profile["targetRegions"]]
        change = {"properties": {"publishingProfile": profile}}
        answer = cloud.call("PATCH", self.version_id, principal=cloud.platform, api_version=_API, body=change)
        assert answer.status < 400, answer.body
        cloud.complete(answer)

    def define(self, name: str, *, security_type: str) -> None:
        """Another image definition beside the one that set-up made."""
        cloud = self._local.cloud
        known = cloud.store.get(self.definition_id)
        assert known is not None
        properties = {**known.body["properties"], "features": [{"name": "SecurityType", "value": security_type}]}
        properties["identifier"] = {**properties["identifier"], "sku": name}
        path = f"{self.definition_id.rpartition('/')[0]}/{name}"
        body = {"location": "westeurope", "properties": properties}
        answer = cloud.call("PUT", path, principal=cloud.platform, api_version=_API, body=body)
        assert answer.status < 400, answer.body
        cloud.complete(answer)
