"""Resource provider registration: which namespaces the subscription may use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import LOCATIONS
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud

_FROM_THE_START = {
    f"microsoft.{name}"
    for name in (
        "authorization", "billing", "consumption", "costmanagement", "features", "marketplaceordering", "portal",
        "resourcegraph", "resources", "serialconsole", "support",
    )
}  # fmt: skip

# Namespaces and the types that are listed for them. Others exist in Azure; one of those is answered as Azure answers
# for a namespace that it does not know.
NAMESPACES: dict[str, tuple[str, ...]] = {
    "Microsoft.Authorization": ("roleAssignments", "roleDefinitions"),
    "Microsoft.Compute": (
        "virtualMachines", "virtualMachines/extensions", "virtualMachines/runCommands", "disks", "images", "galleries",
        "galleries/images", "galleries/images/versions", "snapshots", "locations/publishers",
    ),
    "Microsoft.ContainerInstance": ("containerGroups",),
    "Microsoft.ContainerRegistry": ("registries",),
    "Microsoft.EventGrid": ("topics", "systemTopics", "eventSubscriptions"),
    "Microsoft.Features": ("features",),
    "Microsoft.Insights": ("components",),
    "Microsoft.KeyVault": ("vaults",),
    "Microsoft.ManagedIdentity": ("userAssignedIdentities",),
    "Microsoft.Network": (
        "virtualNetworks", "virtualNetworks/subnets", "networkSecurityGroups", "networkSecurityGroups/securityRules",
        "publicIPAddresses", "networkInterfaces",
    ),
    "Microsoft.OperationalInsights": ("workspaces",),
    "Microsoft.Resources": ("deployments", "resourceGroups", "subscriptions", "tags"),
    "Microsoft.Storage": ("storageAccounts", "storageAccounts/blobServices/containers"),
    "Microsoft.VirtualMachineImages": ("imageTemplates", "imageTemplates/runOutputs", "imageTemplates/triggers"),
    "Microsoft.Web": ("sites", "serverfarms"),
}  # fmt: skip

_PATH = "/subscriptions/{subscriptionId}/providers"
_REGISTERING = timedelta(milliseconds=300)


class Registrations:
    """Reads and changes registrations."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        change = "Microsoft.Resources/subscriptions"
        return [
            Operation(
                operation_id="Providers_List",
                method="GET",
                path=_PATH,
                action="Microsoft.Resources/subscriptions/providers/read",
                handler=self._list,
            ),
            Operation(
                operation_id="Providers_Get",
                method="GET",
                path=_PATH + "/{namespace}",
                action=f"{change}/providers/read",
                handler=self._get,
            ),
            Operation(
                operation_id="Providers_Register",
                method="POST",
                path=_PATH + "/{namespace}/register",
                action="",  # asked below: the action is the namespace's own
                handler=lambda request: self._change(request, "register", "Registering"),
            ),
            Operation(
                operation_id="Providers_Unregister",
                method="POST",
                path=_PATH + "/{namespace}/unregister",
                action="",
                handler=lambda request: self._change(request, "unregister", "Unregistering"),
            ),
        ]

    def state(self, namespace: str) -> str:
        """NotRegistered, Registering, Registered, Unregistering, Unregistered; from one to the next takes a moment."""
        if namespace.lower() in _FROM_THE_START:
            return "Registered"
        record = self._cloud.store.get(_record_id(namespace))
        if record is None:
            return "NotRegistered"
        settled = self._cloud.clock.now() >= datetime.fromisoformat(record.body["settledAt"])
        return str(record.body["settled" if settled else "state"])

    def register(self, namespace: str) -> None:
        """Start registering; nothing happens to a namespace that is registered."""
        if self.state(namespace) not in {"Registered", "Registering"}:
            self._write(namespace, "Registering", "Registered")

    def _list(self, _: ArmRequest) -> ArmResponse:
        return ArmResponse(body={"value": [self._document(namespace) for namespace in NAMESPACES]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._document(_known(request.parameters["namespace"])))

    def _change(self, request: ArmRequest, verb: str, state: str) -> ArmResponse:
        namespace = _known(request.parameters["namespace"])
        scope = f"/subscriptions/{request.parameters['subscriptionId']}"
        self._cloud.authorize(request.principal, f"{namespace}/{verb}/action", scope)
        if verb == "register":
            self.register(namespace)
        elif self.state(namespace) in {"Registered", "Registering"}:
            self._write(namespace, state, "Unregistered")
        return ArmResponse(body=self._document(namespace))

    def _write(self, namespace: str, state: str, settled: str) -> None:
        moment = self._cloud.clock.now() + _REGISTERING
        body = {"state": state, "settled": settled, "settledAt": moment.isoformat()}
        self._cloud.store.put(_record_id(namespace), body)

    def _document(self, namespace: str) -> dict[str, Any]:
        return {
            "id": f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/providers/{namespace}",
            "namespace": namespace,
            "registrationState": self.state(namespace),
            "registrationPolicy": "RegistrationFree"
            if namespace.lower() in _FROM_THE_START
            else "RegistrationRequired",
            "resourceTypes": [
                {
                    "resourceType": name,
                    "locations": [location.display_name for location in LOCATIONS.values()],
                    "apiVersions": ["2025-03-03", "2024-07-01", "2024-03-01", "2023-11-01", "2023-05-01", "2023-01-31"],
                }
                for name in NAMESPACES[namespace]
            ],
        }


def may_be_used(cloud: Cloud, namespace: str) -> bool:
    """Whether resources of a namespace can be created: registered, or about to be."""
    return Registrations(cloud).state(namespace) in {"Registered", "Registering"}


def _known(namespace: str) -> str:
    for name in NAMESPACES:
        if name.lower() == namespace.lower():
            return name
    raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")


def _record_id(namespace: str) -> str:
    return f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/providers/LocalCloud.Registrations/states/{namespace}"
