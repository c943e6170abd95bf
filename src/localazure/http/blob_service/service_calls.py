"""Calls on the account: its containers, its properties, and keys for user delegation."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from localazure.blobs.accounts import CONTAINER_TYPE
from localazure.cloud import Cloud
from localazure.http.blob_service import access
from localazure.http.blob_service.access import Access, Right
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, Caller, element, xml
from localazure.http.blob_service.numbers import number

Handler = Callable[[BlobCall, Caller], BlobAnswer]

_KEY_VERSION = "2022-11-02"


class ServiceCalls:
    """Serves what stands on the account."""

    def __init__(self, cloud: Cloud, rights: Access) -> None:
        self._cloud = cloud
        self._access = rights

    def table(self) -> dict[tuple[str, str], tuple[Right, Handler]]:
        """Method and component, to right and handler."""
        return {
            ("GET", "/list"): (access.LIST_CONTAINERS, self._list),
            ("GET", "service/properties"): (access.READ_CONTAINER, self._properties),
            ("GET", "account/properties"): (access.READ_CONTAINER, self._account),
            ("HEAD", "account/properties"): (access.READ_CONTAINER, self._account),
            ("POST", "service/userdelegationkey"): (access.DELEGATE, self._delegation_key),
        }

    def _list(self, call: BlobCall, _: Caller) -> BlobAnswer:
        prefix, marker = call.query.get("prefix", ""), call.query.get("marker", "")
        most = number(call.query.get("maxresults", "5000"), "maxresults")
        found = [
            document
            for document in self._cloud.store.under(call.account.id, CONTAINER_TYPE)
            if document.id.name.startswith(prefix) and document.id.name >= marker
        ]
        root = element("EnumerationResults", ServiceEndpoint=f"{self._cloud.blob_endpoint}/{call.account.name}/")
        root.append(element("Prefix", prefix))
        root.append(element("Containers", [_container(document.body) for document in found[:most]]))
        root.append(element("NextMarker", found[most].id.name if len(found) > most else ""))
        return xml(root)

    def _properties(self, _call: BlobCall, _: Caller) -> BlobAnswer:
        off = [element("Version", "1.0"), element("Read", "false"), element("Write", "false")]
        retention = element("RetentionPolicy", [element("Enabled", "false")])
        logging = element("Logging", [*off, element("Delete", "false"), retention])
        days = element("DeleteRetentionPolicy", [element("Enabled", "false")])
        return xml(element("StorageServiceProperties", [logging, element("Cors"), days]))

    def _account(self, call: BlobCall, _: Caller) -> BlobAnswer:
        document = self._cloud.store.get(call.account.id)
        body = document.body if document else {}
        return BlobAnswer(
            headers={
                "x-ms-sku-name": str((body.get("sku") or {}).get("name", "Standard_LRS")),
                "x-ms-account-kind": str(body.get("kind", "StorageV2")),
                "x-ms-is-hns-enabled": "false",
            }
        )

    def _delegation_key(self, call: BlobCall, caller: Caller) -> BlobAnswer:
        if caller.principal is None:
            raise access.permission_mismatch()
        try:
            given = ET.fromstring(call.body)  # noqa: S314 - expat bounds entity expansion, and the client is local
        except ET.ParseError as error:
            raise BlobError(400, "InvalidXmlDocument", "XML specified is not syntactically valid.") from error
        start, expiry = given.findtext("Start") or "", given.findtext("Expiry") or ""
        who = caller.principal
        value = self._access.delegation_key(who.object_id, who.tenant_id, start, expiry, _KEY_VERSION)
        fields = {
            "SignedOid": who.object_id,
            "SignedTid": who.tenant_id,
            "SignedStart": start,
            "SignedExpiry": expiry,
            "SignedService": "b",
            "SignedVersion": _KEY_VERSION,
            "Value": value,
        }
        return xml(element("UserDelegationKey", [element(name, text) for name, text in fields.items()]))


def http_date(moment: str) -> str:
    """A container's RFC 3339 time as HTTP writes it."""
    return format_datetime(datetime.fromisoformat(moment[:26] + "+00:00"), usegmt=True)


def _container(body: dict[str, object]) -> ET.Element:
    properties = body["properties"]
    if not isinstance(properties, dict):
        raise TypeError("a container's properties are an object")
    inner = {
        "Last-Modified": http_date(str(properties["lastModifiedTime"])),
        "Etag": str(body["etag"]),
        "LeaseStatus": "unlocked",
        "LeaseState": "available",
        "HasImmutabilityPolicy": "false",
        "HasLegalHold": "false",
    }
    shown = [element(name, text) for name, text in inner.items()]
    public = str(properties.get("publicAccess", "None")).lower()
    if public != "none":
        shown.append(element("PublicAccess", public))
    return element("Container", [element("Name", body["name"]), element("Properties", shown)])
