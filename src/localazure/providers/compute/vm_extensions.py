"""Extensions of machines: none is ever installed here, so lists are empty and each one is absent."""

from __future__ import annotations

from localazure.arm.errors import resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute.documents import require
from localazure.providers.compute.virtual_machines import PATH

_ACTION = "Microsoft.Compute/virtualMachines/extensions/read"


def operations(cloud: Cloud) -> list[Operation]:
    """VirtualMachineExtensions_List and _Get of the published specification."""

    def listed(request: ArmRequest) -> ArmResponse:
        require(cloud, request.target_id)
        return ArmResponse(body={"value": []})

    def get(request: ArmRequest) -> ArmResponse:
        raise resource_not_found(request.resource_id)

    rows = (("List", f"{PATH}/extensions", listed), ("Get", f"{PATH}/extensions/{{vmExtensionName}}", get))
    return [
        Operation(
            operation_id=f"VirtualMachineExtensions_{name}",
            method="GET",
            path=path,
            action=_ACTION,
            handler=handler,
            coverage="shape only",
        )
        for name, path, handler in rows
    ]
