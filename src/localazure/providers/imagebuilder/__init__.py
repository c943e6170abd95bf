"""Microsoft.VirtualMachineImages: image templates, their runs, outputs and triggers."""

from __future__ import annotations

from localazure.arm.operation_table import Handler, Operation
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import accepted, runs
from localazure.providers.imagebuilder.deletion import Deletion
from localazure.providers.imagebuilder.rendering import TYPE
from localazure.providers.imagebuilder.run_outputs import RunOutputs
from localazure.providers.imagebuilder.runs import Runs
from localazure.providers.imagebuilder.settings import ImageBuilderSettings
from localazure.providers.imagebuilder.submission import Submission
from localazure.providers.imagebuilder.templates import Templates
from localazure.providers.imagebuilder.triggers import Triggers
from localazure.providers.imagebuilder.updates import Updates

_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_ALL = f"{_SUBSCRIPTION}/providers/{TYPE}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{resourceGroupName}}/providers/{TYPE}"
_ONE = f"{_GROUP}/{{imageTemplateName}}"
_OUTPUT = f"{_ONE}/runOutputs/{{runOutputName}}"
_TRIGGER = f"{_ONE}/triggers/{{triggerName}}"
Row = tuple[str, str, str, str, Handler]


def operations(cloud: Cloud, settings: ImageBuilderSettings | None = None) -> list[Operation]:
    """Every operation of Microsoft.VirtualMachineImages. Also ends what a restart cut off."""
    settings = settings or ImageBuilderSettings()
    runs.fail_what_a_restart_cut_off(cloud)
    under_way = Runs(cloud, settings)
    submission = Submission(cloud, settings, auto_run=under_way.run_by_itself)
    templates, updates, deletion = Templates(cloud, submission), Updates(cloud), Deletion(cloud)
    rows: tuple[Row, ...] = (
        ("VirtualMachineImageTemplates_CreateOrUpdate", "PUT", _ONE, "write", templates.put),
        ("VirtualMachineImageTemplates_Update", "PATCH", _ONE, "write", updates.patch),
        ("VirtualMachineImageTemplates_Get", "GET", _ONE, "read", templates.get),
        ("VirtualMachineImageTemplates_Delete", "DELETE", _ONE, "delete", deletion.delete),
        ("VirtualMachineImageTemplates_ListByResourceGroup", "GET", _GROUP, "read", templates.list_by_group),
        ("VirtualMachineImageTemplates_List", "GET", _ALL, "read", templates.list_all),
        ("VirtualMachineImageTemplates_Run", "POST", f"{_ONE}/run", "run/action", under_way.run),
        ("VirtualMachineImageTemplates_Cancel", "POST", f"{_ONE}/cancel", "cancel/action", under_way.cancel),
    )
    return [
        *accepted.operations(cloud),
        *(_operation(row) for row in rows),
        *(_operation(row) for row in _output_rows(cloud)),
        *(_operation(row, shape_only=True) for row in _trigger_rows(cloud)),
    ]


def _output_rows(cloud: Cloud) -> tuple[Row, ...]:
    outputs = RunOutputs(cloud)
    read = "runOutputs/read"
    return (
        ("VirtualMachineImageTemplates_GetRunOutput", "GET", _OUTPUT, read, outputs.get),
        ("VirtualMachineImageTemplates_ListRunOutputs", "GET", f"{_ONE}/runOutputs", read, outputs.list_by_template),
    )


def _trigger_rows(cloud: Cloud) -> tuple[Row, ...]:
    triggers = Triggers(cloud)
    return (
        ("Triggers_CreateOrUpdate", "PUT", _TRIGGER, "triggers/write", triggers.put),
        ("Triggers_Get", "GET", _TRIGGER, "triggers/read", triggers.get),
        ("Triggers_Delete", "DELETE", _TRIGGER, "triggers/delete", triggers.delete),
        ("Triggers_ListByImageTemplate", "GET", f"{_ONE}/triggers", "triggers/read", triggers.list_by_template),
    )


def _operation(row: Row, *, shape_only: bool = False) -> Operation:
    operation_id, method, path, action, handler = row
    return Operation(
        operation_id=operation_id,
        method=method,
        path=path,
        action=f"{TYPE}/{action}",
        handler=handler,
        coverage="shape only" if shape_only else "real",
    )
