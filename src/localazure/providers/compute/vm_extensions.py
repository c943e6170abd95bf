"""Extensions of machines: none is ever installed here, so the list is empty."""

from __future__ import annotations

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute.documents import require
from localazure.providers.compute.virtual_machines import PATH


def operations(cloud: Cloud) -> list[Operation]:
    """VirtualMachineExtensions_List of the published specification."""

    def listed(request: ArmRequest) -> ArmResponse:
        require(cloud, request.target_id)
        return ArmResponse(body={"value": []})

    return [
        Operation(
            operation_id="VirtualMachineExtensions_List",
            method="GET",
            path=f"{PATH}/extensions",
            action="Microsoft.Compute/virtualMachines/extensions/read",
            handler=listed,
            coverage="shape only",
        )
    ]
