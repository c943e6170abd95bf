"""The operations of a plain resource."""

from localazure.arm.lifecycle import lifecycle
from localazure.arm.messages import ArmRequest, ArmResponse


def test_a_resource_is_read_written_and_deleted() -> None:
    """Each verb goes to its own handler, under the action that role definitions name."""

    def get(_request: ArmRequest) -> ArmResponse:
        return ArmResponse()

    def put(_request: ArmRequest) -> ArmResponse:
        return ArmResponse()

    def delete(_request: ArmRequest) -> ArmResponse:
        return ArmResponse()

    made = lifecycle("Kettles", "/kettles/{name}", "Kitchen/kettles", get=get, put=put, delete=delete)

    assert [(one.operation_id, one.method, one.action, one.handler) for one in made] == [
        ("Kettles_Get", "GET", "Kitchen/kettles/read", get),
        ("Kettles_CreateOrUpdate", "PUT", "Kitchen/kettles/write", put),
        ("Kettles_Delete", "DELETE", "Kitchen/kettles/delete", delete),
    ]
