"""Microsoft.Network: virtual networks, security groups, public addresses and interfaces, as far as a VM needs them.

Documents are whole in the store: subnets stand in their network, rules in their group, configurations in their
interface. What refers back (`ipConfigurations` of a subnet, `networkInterfaces` of a group) is added when answered.
"""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.operation_endpoints import result_operation, status_operation
from localazure.providers.network.effective import Effective
from localazure.providers.network.interfaces import Interfaces
from localazure.providers.network.peerings import Peerings
from localazure.providers.network.public_addresses import PublicAddresses
from localazure.providers.network.questions import Questions
from localazure.providers.network.rules import SecurityRules
from localazure.providers.network.security_groups import SecurityGroups
from localazure.providers.network.subnets import Subnets
from localazure.providers.network.virtual_networks import VirtualNetworks

_LOCATION = "/subscriptions/{subscriptionId}/providers/Microsoft.Network/locations/{location}"


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    rooms = (VirtualNetworks, Subnets, Peerings, SecurityGroups, SecurityRules, PublicAddresses, Interfaces)
    table = [operation for room in rooms for operation in room(cloud).operations()]
    table += [*Effective(cloud).operations(), *Questions(cloud).operations()]
    status = status_operation(
        cloud, operation_id="Network_Operations_Get", path=_LOCATION + "/operations/{id}", bare=True
    )
    result = result_operation(
        cloud, operation_id="Network_OperationResults_Get", path=_LOCATION + "/operationResults/{id}"
    )
    return [*table, status, result]
