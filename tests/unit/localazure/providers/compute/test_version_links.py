"""What an image version's body links to is asked for in its caller's name."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import DEFINITION, GALLERY, TEMPLATE, make_definition, make_version
from localazure.access.built_in_roles import OWNER
from localazure.arm.messages import Principal

_VERSION = f"{DEFINITION}/versions/0.0.1"
_SHOWN = {"publishingProfile": {"excludeFromLatest": False}}
_ELSEWHERE = f"{SUBSCRIPTION}/resourceGroups/theirs/providers"
_ACCOUNT = f"{_ELSEWHERE}/Microsoft.Storage/storageAccounts/a"
_DISK = f"{_ELSEWHERE}/Microsoft.Compute/disks/d"
_VHD = {"uri": "https://localhost:2/a/vhds/x.vhd"}


def _publisher(bench: Bench) -> Principal:
    """Somebody who may do everything in the gallery, and nothing elsewhere."""
    found = bench.stranger("publisher")
    bench.grant(found.object_id, OWNER, GALLERY.replace("~", RG))
    return found


def _refusal(bench: Bench, caller: Principal, storage: object, *, method: str = "PATCH") -> dict[str, Any]:
    body = {"location": "westeurope", "properties": {**_SHOWN, "storageProfile": storage}}
    return bench.error(method, _VERSION, body, principal=caller)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("storage", "action", "scope"),
    [
        ({"source": {"id": f"{_ELSEWHERE}/Microsoft.Compute/images/i"}}, "Microsoft.Compute/images/read", "images/i"),
        (
            {"source": {"id": f"{_ELSEWHERE}/Microsoft.Compute/galleries/g/images/i/versions/1.0.0"}},
            "Microsoft.Compute/galleries/images/versions/read",
            "galleries/g/images/i/versions/1.0.0",
        ),
        (
            {"source": {"virtualMachineId": f"{_ELSEWHERE}/Microsoft.Compute/virtualMachines/m"}},
            "Microsoft.Compute/virtualMachines/write",
            "virtualMachines/m",
        ),
        (
            {"osDiskImage": {"source": {"id": f"{_ELSEWHERE}/Microsoft.Compute/snapshots/s"}}},
            "Microsoft.Compute/snapshots/write",
            "snapshots/s",
        ),
        (
            {"osDiskImage": {"source": {**_VHD, "storageAccountId": _ACCOUNT}}},
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "storageAccounts/a",
        ),
        (
            {"osDiskImage": {"source": {**_VHD, "id": _ACCOUNT.lower()}}},
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "storageaccounts/a",
        ),
        ({"dataDiskImages": [{"lun": 0, "source": {"id": _DISK}}]}, "Microsoft.Compute/disks/write", "disks/d"),
    ],
)
def test_every_link_asks_for_its_right(bench: Bench, method: str, storage: object, action: str, scope: str) -> None:
    """Whether anything is there or not: the refusal names the right and the linked scope."""
    make_definition(bench)

    error = _refusal(bench, _publisher(bench), storage, method=method)

    assert (error["status"], error["code"]) == (403, "LinkedAuthorizationFailed")
    assert f"perform action(s) '{action}' on the linked scope(s) '" in error["message"]
    assert f"{scope}' (respectively)" in error["message"]


def test_the_words_of_resource_manager(bench: Bench) -> None:
    """Client, object id, action, scope, linked action and linked scope, as in its answers."""
    make_definition(bench)
    caller = _publisher(bench)

    error = _refusal(bench, caller, {"source": {"id": _DISK}})

    assert error["message"] == (
        f"The client 'publisher' with object id '{caller.object_id}' has permission to perform action "
        f"'Microsoft.Compute/galleries/images/versions/write' on scope '{_VERSION.replace('~', RG)}'; however, it does "
        f"not have permission to perform action(s) 'Microsoft.Compute/disks/write' on the linked scope(s) '{_DISK}' "
        "(respectively) or the linked scope(s) are invalid."
    )


def test_a_right_on_the_linked_resource_is_enough(bench: Bench) -> None:
    """With it the call gets as far as the provider, which has no such disk."""
    make_definition(bench)
    caller = _publisher(bench)
    bench.grant(caller.object_id, OWNER, _DISK)

    assert _refusal(bench, caller, {"source": {"id": _DISK}}, method="PUT")["status"] == 404


@pytest.mark.parametrize("storage", [None, {}, {"source": None}, {"source": {"id": 7}}, {"osDiskImage": []}])
def test_a_body_without_a_link_asks_for_nothing(bench: Bench, storage: object) -> None:
    """A storage profile that names no source needs no right, as in the published example of an update."""
    make_version(bench)
    body = {"properties": {**_SHOWN, "storageProfile": storage}}

    assert bench("PATCH", _VERSION, body, principal=_publisher(bench)).status == 200


def test_image_builders_version_is_promoted_without_its_source_alone(bench: Bench) -> None:
    """What was read and is sent back points into the staging group; the flags alone do not, with and without it."""
    make_version(bench)
    caller, storage = _publisher(bench), bench.body(_VERSION)["properties"]["storageProfile"]

    assert _refusal(bench, caller, storage)["code"] == "LinkedAuthorizationFailed"
    assert bench.settled("PATCH", _VERSION, {"properties": _SHOWN}, principal=caller)["status"] == "Succeeded"
    bench.settled("DELETE", TEMPLATE, api_version="2025-10-01")
    assert bench.cloud.store.get(storage["osDiskImage"]["source"]["storageAccountId"]) is None
    assert _refusal(bench, caller, storage)["code"] == "LinkedAuthorizationFailed"
    hidden = {"publishingProfile": {"excludeFromLatest": True}}
    assert bench.settled("PATCH", _VERSION, {"properties": hidden}, principal=caller)["status"] == "Succeeded"
