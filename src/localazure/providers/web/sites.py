"""Function apps: the site, its application settings, its functions and its keys.

Settings and keys are kept beside the document, since reading a site shows neither. Source: azure-rest-api-specs,
Microsoft.Web 2024-04-01.
"""

from __future__ import annotations

import secrets
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.functions.addresses import scm_host
from localazure.store import Document

SITE_TYPE = "Microsoft.Web/sites"
FUNCTION_TYPE = SITE_TYPE + "/functions"
_ALL = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/" + SITE_TYPE
_ONE = _ALL + "/{name}"
_SETTINGS = _ONE + "/config/appsettings"
_ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


class Sites:
    """Function apps.

    A site's `internal`: `created`, `appSettings`, `masterKey`, `eventGridKey`; of its code `publication` and `package`;
    `address` once a host has run it.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        everywhere = "/subscriptions/{subscriptionId}/providers/" + SITE_TYPE
        served = (
            ("WebApps_List", "GET", everywhere, "read", self._list),
            ("WebApps_ListByResourceGroup", "GET", _ALL, "read", self._list),
            ("WebApps_Get", "GET", _ONE, "read", self._get),
            ("WebApps_CreateOrUpdate", "PUT", _ONE, "write", self._put),
            ("WebApps_Delete", "DELETE", _ONE, "delete", self._delete),
            ("WebApps_UpdateApplicationSettings", "PUT", _SETTINGS, "config/write", self._put_settings),
            ("WebApps_ListApplicationSettings", "POST", _SETTINGS + "/list", "config/list/action", self._settings),
            ("WebApps_ListFunctions", "GET", _ONE + "/functions", "functions/read", self._list_functions),
            ("WebApps_GetFunction", "GET", _ONE + "/functions/{functionName}", "functions/read", self._get_function),
            (
                "WebApps_ListHostKeys",
                "POST",
                _ONE + "/host/default/listKeys",
                "host/listKeys/action",
                self._host_keys,
            ),
        )
        return [
            Operation(
                operation_id=operation_id, method=method, path=path, action=f"{SITE_TYPE}/{action}", handler=handler
            )
            for operation_id, method, path, action, handler in served
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        return ArmResponse(body={"value": [self._shown(entry) for entry in self._cloud.store.under(scope, SITE_TYPE)]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._shown(self._found(request.resource_id)))

    def _get_function(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._found(request.resource_id).body)

    def _shown(self, site: Document) -> dict[str, Any]:
        """The site with its host names; that of its code is below this cloud's address, which a restart may change."""
        own = site.body["properties"]["defaultHostName"]
        scm = scm_host(self._cloud, site.id.name)
        kinds = ((own, "Standard"), (scm, "Repository"))
        states = [{"name": name, "sslState": "Disabled", "hostType": kind} for name, kind in kinds]
        names = {"enabledHostNames": [own, scm], "hostNameSslStates": states}
        return {**site.body, "properties": {**site.body["properties"], **names}}

    def _put(self, request: ArmRequest) -> ArmResponse:
        given: dict[str, Any] = request.body or {}
        if not given.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        identity = given.get("identity")
        for identity_id in (identity or {}).get("userAssignedIdentities") or {}:
            self._cloud.authorize_linked(
                request, action=f"{SITE_TYPE}/write", linked_action=_ASSIGN, linked_scope=identity_id
            )
        with self._cloud.store.transaction():
            known = self._cloud.store.get(request.resource_id)
            resource_id = known.id if known else request.resource_id
            self._refuse_taken_name(resource_id)
            properties, settings = _properties(given.get("properties") or {}, resource_id.name)
            body = {
                "id": resource_id.text,
                "name": resource_id.name,
                "type": SITE_TYPE,
                "kind": given.get("kind") or "functionapp,linux",
                "location": given["location"],
                "tags": given.get("tags") or {},
                "properties": properties,
                **({"identity": self._with_principals(identity)} if identity else {}),
            }
            created = timestamp(self._cloud.clock.now())
            internal = dict(known.internal) if known else {"created": created, **_new_keys()}
            if settings is not None:
                internal["appSettings"] = settings
            self._cloud.store.put(resource_id, body, internal=internal)
        return ArmResponse(status=200, body=self._shown(self._found(resource_id)))

    def _refuse_taken_name(self, resource_id: ResourceId) -> None:
        """Names of sites are host names, and so unique in the whole cloud."""
        for site in self._cloud.store.of_type(SITE_TYPE):
            if site.id != resource_id and site.id.name.lower() == resource_id.name.lower():
                message = f"Website with given name {resource_id.name} already exists."
                raise ArmError(409, "Conflict", message)

    def _with_principals(self, identity: dict[str, Any]) -> dict[str, Any]:
        """The identities with their client and principal ids, as reading a site shows them."""
        shown = {}
        for identity_id in identity.get("userAssignedIdentities") or {}:
            found = self._cloud.store.get(identity_id)
            properties = found.body["properties"] if found else {}
            shown[identity_id] = {name: properties.get(name) for name in ("principalId", "clientId")}
        return {"type": identity.get("type", "UserAssigned"), "userAssignedIdentities": shown}

    def _delete(self, request: ArmRequest) -> ArmResponse:
        with self._cloud.store.transaction():
            for child in self._cloud.store.under(request.resource_id):
                self._cloud.store.delete(child.id)
            present = self._cloud.store.delete(request.resource_id)
        return ArmResponse(status=200 if present else 204)

    def _put_settings(self, request: ArmRequest) -> ArmResponse:
        site = self._site(request)
        settings = {str(name): str(value) for name, value in ((request.body or {}).get("properties") or {}).items()}
        self._cloud.store.put(site.id, site.body, internal={**site.internal, "appSettings": settings})
        return self._settings_of(site, settings)

    def _settings(self, request: ArmRequest) -> ArmResponse:
        site = self._site(request)
        return self._settings_of(site, site.internal.get("appSettings") or {})

    def _settings_of(self, site: Document, settings: dict[str, str]) -> ArmResponse:
        settings_id = f"{site.id}/config/appsettings"
        body = {"id": settings_id, "name": "appsettings", "type": f"{SITE_TYPE}/config", "properties": settings}
        return ArmResponse(body=body)

    def _list_functions(self, request: ArmRequest) -> ArmResponse:
        site = self._site(request)
        return ArmResponse(body={"value": [entry.body for entry in self._cloud.store.under(site.id, FUNCTION_TYPE)]})

    def _host_keys(self, request: ArmRequest) -> ArmResponse:
        keys = self._site(request).internal
        system_keys = {"eventgrid_extension": keys["eventGridKey"]}
        return ArmResponse(body={"masterKey": keys["masterKey"], "functionKeys": {}, "systemKeys": system_keys})

    def _site(self, request: ArmRequest) -> Document:
        return self._found(ResourceId("/".join(request.resource_id.segments[:8])))

    def _found(self, resource_id: ResourceId) -> Document:
        found = self._cloud.store.get(resource_id)
        if found is None:
            raise resource_not_found(resource_id)
        return found


def _properties(given: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, str] | None]:
    """What reading the site shows, and the application settings if any were sent (they replace all)."""
    config = dict(given.get("siteConfig") or {})
    sent = config.pop("appSettings", None)
    settings = None if sent is None else {str(entry["name"]): str(entry["value"]) for entry in sent}
    host_name = f"{name.lower()}.azurewebsites.net"
    return {
        **given,
        "siteConfig": config,
        "state": "Running",
        "provisioningState": "Succeeded",
        "enabled": True,
        "hostNames": [host_name],
        "defaultHostName": host_name,
    }, settings


def _new_keys() -> dict[str, Any]:
    return {
        "masterKey": secrets.token_urlsafe(40),
        "eventGridKey": secrets.token_urlsafe(40),
        "appSettings": {},
    }
