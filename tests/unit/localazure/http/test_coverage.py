"""The page of what is served."""

from __future__ import annotations

from localazure.arm.messages import ArmResponse
from localazure.arm.operation_table import Operation
from localazure.http.coverage import page
from localazure.http.published_operations import PublishedOperation


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
    assert f"| Assignments_List | GET | `{scope}` | - | shape only | assumed |" in text
    assert f"| Groups_Get | GET | `{group}` | - | real | assumed |" in text


def test_what_is_published_and_not_served_is_absent() -> None:
    """A published operation shows its versions: beside the operation that serves it, or as absent."""
    path = "/subscriptions/{s}/resourceGroups/{g}"
    served = Operation(operation_id="Groups_Get", method="GET", path=path, action="", handler=lambda _: ArmResponse())
    published = [
        PublishedOperation(operation_id="Groups_Get", method="GET", path=f"{path}", api_versions=("2024-03-01",)),
        PublishedOperation(
            operation_id="Groups_Move", method="POST", path=f"{path}/move", api_versions=("2024-03-01",)
        ),
    ]

    text = page([served], published)

    assert f"| Groups_Get | GET | `{path}` | 2024-03-01 | real | documented |" in text
    assert f"| Groups_Move | POST | `{path}/move` | 2024-03-01 | absent | - |" in text


def test_an_operation_says_what_its_answers_are_from() -> None:
    """Recorded comes before documented; what is neither is assumed."""
    path = "/subscriptions/{s}/resourceGroups/{g}"
    served = Operation(operation_id="Groups_Get", method="GET", path=path, action="", handler=lambda _: ArmResponse())
    published = [
        PublishedOperation(operation_id="Groups_Get", method="GET", path=path, api_versions=("2024-03-01",)),
    ]

    assert "| real | recorded |" in page([served], published, {"Groups_Get"})
    assert "| real | documented |" in page([served], published, {"Groups_List"})
    assert "| real | assumed |" in page([served])
