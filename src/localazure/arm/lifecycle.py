"""The three operations that every resource of Resource Manager has: read it, write it, delete it."""

from __future__ import annotations

from typing import Literal

from localazure.arm.operation_table import Handler, Operation


def lifecycle(
    name: str,
    path: str,
    kind: str,
    *,
    get: Handler,
    put: Handler,
    delete: Handler,
    coverage: Literal["real", "shape only"] = "real",
) -> list[Operation]:
    """`<name>_Get`, `_CreateOrUpdate` and `_Delete` of the resource at `path`, whose full type is `kind`."""
    rows = (
        ("Get", "GET", "read", get),
        ("CreateOrUpdate", "PUT", "write", put),
        ("Delete", "DELETE", "delete", delete),
    )
    return [
        Operation(
            operation_id=f"{name}_{operation}",
            method=method,
            path=path,
            action=f"{kind}/{action}",
            handler=handler,
            coverage=coverage,
        )
        for operation, method, action, handler in rows
    ]
