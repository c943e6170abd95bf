"""The page of what is served."""

from __future__ import annotations

from localazure.arm.messages import ArmResponse
from localazure.arm.operation_table import Operation
from localazure.http.coverage import page


def test_each_operation_is_a_row_under_its_provider() -> None:
    """Providers in order, and for each operation how real it is."""
    group, scope = (
        "/subscriptions/{s}/resourceGroups/{g}",
        "/{+scope}/providers/Microsoft.Authorization/roleAssignments",
    )
    operations = [
        Operation(operation_id="Groups_Get", method="GET", path=group, action="", handler=lambda _: ArmResponse()),
        Operation(
            operation_id="Assignments_List",
            method="GET",
            path=scope,
            action="",
            handler=lambda _: ArmResponse(),
            coverage="shape only",
        ),
    ]
    text = page(operations)
    assert text.index("## Microsoft.Authorization") < text.index("## Microsoft.Resources")
    assert f"| Assignments_List | GET | `{scope}` | shape only |" in text
    assert f"| Groups_Get | GET | `{group}` | real |" in text
