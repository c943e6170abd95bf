"""Virtual network peerings: each side is written by itself, and both are Connected once both are there."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import resource_not_found
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network import subnet_documents
from localazure.providers.network.manners import refused
from localazure.providers.network.nested import NestedResources
from localazure.providers.network.references import reference

PEERING_TYPE = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"
_SWITCHES = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
}


class Peerings(NestedResources):
    """Serves peerings out of their network's document. The state is read anew at each answer."""

    parent = "virtualNetworks"
    kind = "virtualNetworkPeerings"
    group = "VirtualNetworkPeerings"

    def written(self, request: ArmRequest, parent: dict[str, Any], name: str) -> dict[str, Any]:
        """The peering, checked against the other network."""
        given = (request.body or {}).get("properties") or {}
        remote_id, own_id = reference(given.get("remoteVirtualNetwork")), ResourceId(parent["id"])
        if remote_id is None:
            raise refused("InvalidRequestFormat", f"Peering {own_id}/{self.kind}/{name} has no remoteVirtualNetwork.")
        remote = self.cloud.store.get(remote_id)
        if remote is None:
            raise resource_not_found(remote_id)
        self._check(parent, remote.body, name)
        self.cloud.authorize_linked(
            request, action=f"{self.type}/write", linked_action=f"{remote.id.type}/peer/action", linked_scope=remote.id
        )
        return {
            "name": name,
            "id": f"{own_id}/{self.kind}/{name}",
            "etag": "",
            "type": PEERING_TYPE,
            "properties": {
                "provisioningState": "",
                "resourceGuid": parent["properties"]["resourceGuid"],
                "remoteVirtualNetwork": {"id": remote.id.text},
                **{switch: bool(given.get(switch, usual)) for switch, usual in _SWITCHES.items()},
                "doNotVerifyRemoteGateways": bool(given.get("doNotVerifyRemoteGateways", False)),
                "remoteAddressSpace": remote.body["properties"]["addressSpace"],
                "remoteVirtualNetworkAddressSpace": remote.body["properties"]["addressSpace"],
            },
        }

    def _check(self, own: dict[str, Any], remote: dict[str, Any], name: str) -> None:
        if own["id"].lower() == remote["id"].lower():
            message = f"Cannot create or update peering {name} of {own['id']}: a network has no peer in itself."
            raise refused("VnetAddressSpacesOverlap", message)
        for ours in subnet_documents.space_of(own):
            for theirs in subnet_documents.space_of(remote):
                if ours.version == theirs.version and ours.overlaps(theirs):
                    raise refused(
                        "VnetAddressSpacesOverlap",
                        f"Cannot create or update peering {own['id']}/{self.kind}/{name}. Virtual networks "
                        f"{own['id']} and {remote['id']} cannot be peered because their address spaces overlap. "
                        f"Overlapping address prefixes: {ours}, {theirs}",
                    )

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The peering with its state."""
        return answered(self.cloud, body)


def answered(cloud: Cloud, peering: dict[str, Any]) -> dict[str, Any]:
    """Connected when the other side points back, Initiated until then, Disconnected when the other network is gone."""
    own = ResourceId(peering["id"]).parent
    remote = cloud.store.get(str(peering["properties"]["remoteVirtualNetwork"]["id"]))
    back = (remote.body["properties"].get("virtualNetworkPeerings") or ()) if remote else ()
    paired = any(reference(entry["properties"]["remoteVirtualNetwork"]) == own for entry in back)
    state = "Disconnected" if remote is None else "Connected" if paired else "Initiated"
    level = "FullyInSync" if paired else "RemoteNotInSync"
    return peering | {"properties": {**peering["properties"], "peeringState": state, "peeringSyncLevel": level}}
