"""Where a deployment goes, and what is known about that place before anything is deployed."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

type ScopeKind = Literal["resourceGroup", "subscription", "managementGroup", "tenant"]

ZERO_ID = "00000000-0000-0000-0000-000000000000"
# What environment() answers in the public cloud: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-deployment
PUBLIC_CLOUD: Mapping[str, Any] = MappingProxyType(
    {
        "name": "AzureCloud",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": "https://portal.azure.com",
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    }
)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _random_guid() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The target of a deployment and the facts about it. The defaults are obvious stand-ins.

    Attributes:
        location: of the resource group, or of the deployment above resource group scope; None makes it an unknown.
        utc_now: the clock of `utcNow()`; None reads the real one when the evaluation starts.
        new_guid: what `newGuid()` answers.
        resource_group_facts: further members of `resourceGroup()`, such as `tags`; in the same way for the other
            scopes.
        providers: provider metadata as `GET /providers` lists it, for `providers()` and `pickZones()`; None makes them
            unknowns.
        zone_mapping: region (normalised) → {logical zone: physical zone}, for the zone functions; None makes them
            unknowns.
        role_definitions: display name → role GUID, for `roleDefinitions()`; a role that is not in it is an unknown.
        external_inputs: name → value of a parameter file's external inputs.
        template_link: what `deployment().properties.templateLink` answers when the template was deployed by URI or
            template spec.
        deployer: what `deployer()` answers; None makes it an unknown.
    """

    kind: ScopeKind = "resourceGroup"
    subscription_id: str = ZERO_ID
    resource_group: str = "resource-group"
    location: str | None = "location"
    tenant_id: str = ZERO_ID
    management_group: str = "management-group"
    deployment_name: str = "deployment"
    utc_now: datetime | None = None
    new_guid: Callable[[], str] = field(default=_random_guid, repr=False)
    environment: Mapping[str, Any] = field(default=PUBLIC_CLOUD, repr=False)
    resource_group_facts: Mapping[str, Any] = _NOTHING
    subscription_facts: Mapping[str, Any] = _NOTHING
    management_group_facts: Mapping[str, Any] = _NOTHING
    tenant_facts: Mapping[str, Any] = _NOTHING
    providers: tuple[Mapping[str, Any], ...] | None = None
    zone_mapping: Mapping[str, Mapping[str, str]] | None = None
    role_definitions: Mapping[str, str] = _NOTHING
    external_inputs: Mapping[str, Any] = _NOTHING
    deployer: Mapping[str, Any] | None = None
    template_link: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        """The scope's own id; empty for the tenant."""
        if self.kind == "resourceGroup":
            return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
        if self.kind == "subscription":
            return f"/subscriptions/{self.subscription_id}"
        if self.kind == "managementGroup":
            return f"/providers/Microsoft.Management/managementGroups/{self.management_group}"
        return ""

    def now(self) -> datetime:
        """The clock of this deployment."""
        return self.utc_now or datetime.now(UTC)
