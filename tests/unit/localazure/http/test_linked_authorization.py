"""What a machine needs beyond the right to write it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_bench import RG, Bench, make_bench
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.arm.operation_table import Operation
from localazure.http.linked_authorization import LinkedAuthorization

_VM = f"{RG}/providers/Microsoft.Compute/virtualMachines/smoke"
_NIC = f"{RG}/providers/Microsoft.Network/networkInterfaces/nic"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A cloud without a wire."""
    made = make_bench(tmp_path)
    yield made
    made.close()


def _ask(bench: Bench, principal: Principal, body: object, action: str = "virtualMachines/write") -> None:
    operation = Operation(
        operation_id="x", method="PUT", path=_VM, action=f"Microsoft.Compute/{action}", handler=lambda _: ArmResponse()
    )
    request = ArmRequest(method="PUT", path=_VM, api_version="2024-07-01", principal=principal, body=body)
    LinkedAuthorization(bench.cloud)(request, operation)


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        (
            {"networkProfile": {"networkInterfaces": [{"id": _NIC}]}},
            "LinkedAuthorizationFailed",
            f"'Microsoft.Network/networkInterfaces/join/action' on the linked scope(s) '{_NIC}'",
        ),
        (
            {"storageProfile": {"osDisk": {"name": "os", "createOption": "FromImage"}}},
            "AuthorizationFailed",
            f"'Microsoft.Compute/disks/write' over scope '{RG}/providers/Microsoft.Compute/disks/os'",
        ),
        (
            {"storageProfile": {"dataDisks": [{"name": "data", "createOption": "Empty"}]}},
            "AuthorizationFailed",
            f"'Microsoft.Compute/disks/write' over scope '{RG}/providers/Microsoft.Compute/disks/data'",
        ),
    ],
    ids=["interface", "system disk", "data disk"],
)
def test_who_may_not_is_told_what_is_missing(bench: Bench, properties: dict[str, Any], code: str, words: str) -> None:
    """An interface that is taken, and a disk that comes with the machine, ask for a right of their own."""
    body = {"properties": properties}

    with pytest.raises(ArmError, match="does not have") as refused:
        _ask(bench, bench.stranger("me"), body)

    assert (refused.value.status, refused.value.code) == (403, code)
    assert words in refused.value.message
    _ask(bench, bench.cloud.platform, body)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {"properties": {"storageProfile": {"osDisk": {"createOption": "Attach", "managedDisk": {"id": "/x"}}}}},
        {"properties": {"networkProfile": {"networkInterfaces": "nic"}, "storageProfile": []}},
    ],
    ids=["no body", "attached disk", "another form"],
)
def test_what_names_nothing_new(bench: Bench, body: object) -> None:
    """A disk that is there already asks for nothing here, and a body that has another form is the provider's affair."""
    _ask(bench, bench.stranger("me"), body)


def test_another_operation(bench: Bench) -> None:
    """Only the write of a machine is looked into."""
    _ask(bench, bench.stranger("me"), {"properties": {"networkProfile": {"networkInterfaces": [{"id": _NIC}]}}}, "x/y")
