"""What is in force for an interface: its security rules as they come together, and its routes (published shapes).

Source: azure-rest-api-specs, networkInterface.json, examples NetworkInterfaceEffectiveNSGList and …RouteTableList.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from localazure.arm.errors import resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network.manners import GROUP, PROVIDER, refused
from localazure.providers.network.references import INTERFACE_TYPE, find_subnet, reference
from localazure.store import Document

_ONE = GROUP + PROVIDER + "/networkInterfaces/{name}"
_EVERY_PORT = "0-65535"
_NOWHERE = ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
_TAGS = {"*": ["0.0.0.0/0"], "internet": ["0.0.0.0/0"]}


class Effective:
    """The two questions; only an interface of a machine has answers."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        served = (
            ("ListEffectiveNetworkSecurityGroups", "effectiveNetworkSecurityGroups", self._groups),
            ("GetEffectiveRouteTable", "effectiveRouteTable", self._routes),
        )
        return [
            Operation(
                operation_id=f"NetworkInterfaces_{name}",
                method="POST",
                path=f"{_ONE}/{verb}",
                action=f"{INTERFACE_TYPE}/{verb}/action",
                handler=self._handler(work, verb),
            )
            for name, verb, work in served
        ]

    def _handler(
        self, work: Callable[[Document], list[dict[str, Any]]], verb: str
    ) -> Callable[[ArmRequest], ArmResponse]:
        def answer(request: ArmRequest) -> ArmResponse:
            interface = self._cloud.store.get(request.target_id)
            if interface is None:
                raise resource_not_found(request.target_id)
            if not interface.body["properties"].get("virtualMachine"):
                message = f"Network interface {interface.id} is not attached to a running virtual machine: no {verb}."
                raise refused("NetworkInterfaceNotAttachedToVirtualMachine", message)
            place = f"/subscriptions/{interface.id.subscription_id}{PROVIDER}/locations/{interface.body['location']}"
            return self._cloud.long_running.accept(
                request,
                lambda: {"value": work(interface)},
                status=202,
                result_path=f"{place}/operationResults/{{id}}",
            )

        return answer

    def _groups(self, interface: Document) -> list[dict[str, Any]]:
        return [self._group(group, association) for group, association in self._associated(interface)]

    def _associated(self, interface: Document) -> Iterator[tuple[Document, dict[str, Any]]]:
        """The subnets' groups and the interface's own, each with what ties it to the interface."""
        for subnet_id in _subnets(interface):
            subnet = find_subnet(self._cloud, subnet_id) or {"properties": {}}
            yield from self._found(subnet["properties"], {"subnet": {"id": subnet_id.text}})
        yield from self._found(interface.body["properties"], {"networkInterface": {"id": interface.id.text}})

    def _found(
        self, properties: dict[str, Any], association: dict[str, Any]
    ) -> Iterator[tuple[Document, dict[str, Any]]]:
        group_id = reference(properties.get("networkSecurityGroup"))
        group = self._cloud.store.get(group_id) if group_id else None
        if group is not None:
            yield group, association

    def _group(self, group: Document, association: dict[str, Any]) -> dict[str, Any]:
        inner = group.body["properties"]
        rules = [("securityRules", rule) for rule in inner["securityRules"]]
        rules += [("defaultSecurityRules", rule) for rule in inner["defaultSecurityRules"]]
        return {
            "networkSecurityGroup": {"id": group.id.text},
            "association": association,
            "effectiveSecurityRules": [_rule(kind, rule) for kind, rule in rules],
        }

    def _routes(self, interface: Document) -> list[dict[str, Any]]:
        routes = []
        for subnet_id in _subnets(interface):
            network = self._cloud.store.get(subnet_id.parent) if subnet_id.parent else None
            if network is None:
                continue
            routes += [
                _route(prefix, "VnetLocal") for prefix in network.body["properties"]["addressSpace"]["addressPrefixes"]
            ]
            for peering in network.body["properties"].get("virtualNetworkPeerings") or ():
                remote = peering["properties"]["remoteAddressSpace"]["addressPrefixes"]
                routes += [_route(prefix, "VNetPeering") for prefix in remote]
        return [*routes, _route("0.0.0.0/0", "Internet"), *(_route(prefix, "None") for prefix in _NOWHERE)]


def _subnets(interface: Document) -> list[ResourceId]:
    found = [reference(entry["properties"].get("subnet")) for entry in interface.body["properties"]["ipConfigurations"]]
    return [subnet_id for subnet_id in found if subnet_id is not None]


def _route(prefix: str, hop: str) -> dict[str, Any]:
    return {
        "source": "Default",
        "state": "Active",
        "addressPrefix": [prefix],
        "nextHopType": hop,
        "nextHopIpAddress": [],
    }


def _rule(kind: str, rule: dict[str, Any]) -> dict[str, Any]:
    given = rule["properties"]
    shown: dict[str, Any] = {"name": f"{kind}/{rule['name']}", "protocol": _protocol(given["protocol"])}
    for side in ("source", "destination"):
        ports = [_ports(text) for text in given.get(f"{side}PortRanges") or [given.get(f"{side}PortRange") or "*"]]
        addresses = given.get(f"{side}AddressPrefixes") or [given.get(f"{side}AddressPrefix") or "*"]
        shown |= {
            f"{side}PortRange": ports[0],
            f"{side}PortRanges": ports,
            f"{side}AddressPrefix": _TAGS.get(addresses[0].lower(), [addresses[0]])[0],
            f"{side}AddressPrefixes": [text for one in addresses for text in _TAGS.get(one.lower(), [one])],
        }
    return {**shown, "access": given["access"], "priority": given["priority"], "direction": given["direction"]}


def _protocol(text: str) -> str:
    return "All" if text == "*" else text


def _ports(text: str) -> str:
    return _EVERY_PORT if text == "*" else text if "-" in text else f"{text}-{text}"
