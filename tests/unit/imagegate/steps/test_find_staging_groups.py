"""Finding a group in which Image Builder may build."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.steps.find_staging_groups import find_staging_groups

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resource[gG]roups"
FOUNDATION = f"{GROUPS}/rg/providers/Microsoft.Resources/deployments/imagegate-foundation"


def _known(wire: Wire, *names: str) -> None:
    properties = {"provisioningState": "Succeeded", "outputs": {"stagingResourceGroups": {"value": list(names)}}}
    wire.on("GET", FOUNDATION, Answer(body={"properties": properties}))


def _group(wire: Wire, name: str, *resources: str, **changed: Any) -> None:  # noqa: ANN401 - any JSON
    wire.on("GET", f"{GROUPS}/{name}", Answer(body={"name": name, "location": "westeurope"} | changed))
    wire.on("GET", f"{GROUPS}/{name}/resources", Answer(body={"value": [{"id": one} for one in resources]}))


def _found(wire: Wire) -> tuple[set[str], list[str]]:
    notes: list[str] = []
    found = find_staging_groups(cloud_on(wire), "rg", location="West Europe", note=notes.append)
    return {one.name for one in found}, notes


def test_every_group_that_is_free(wire: Wire) -> None:
    """Empty, without a template's tag, in the template's region, however that is spelled."""
    _known(wire, "a", "b")
    _group(wire, "a", tags={"imagegate-owner": "imagegate"})
    _group(wire, "b")

    assert _found(wire) == ({"a", "b"}, [])


@pytest.mark.parametrize(
    ("resources", "changed"),
    [
        ((), {"tags": {"ImageTemplateName": "web-1"}}),
        (("/left",), {}),
        ((), {"location": "northeurope"}),
    ],
    ids=["tagged", "not empty", "elsewhere"],
)
def test_a_group_that_the_service_would_refuse(
    wire: Wire, resources: tuple[str, ...], changed: dict[str, object]
) -> None:
    """It is not offered, and one line says what follows from that."""
    _known(wire, "a")
    _group(wire, "a", *resources, **changed)

    found, (note,) = _found(wire)

    assert found == set()
    assert note.startswith("no staging group: none of a is free. Image Builder makes one of its own")


@pytest.mark.parametrize("status", [403, 404])
def test_a_group_that_cannot_be_read(wire: Wire, status: int) -> None:
    """A right that is missing, or a group that somebody deleted, stops no build."""
    _known(wire, "a", "b")
    wire.on("GET", f"{GROUPS}/a", Answer(status=status, body={"error": {"code": "X", "message": "x"}}))
    _group(wire, "b")

    assert _found(wire) == ({"b"}, [])


def test_a_set_up_of_an_older_release(wire: Wire) -> None:
    """It made none; that is what the line says."""
    _known(wire)

    found, (note,) = _found(wire)

    assert found == set()
    assert "`imagegate setup` made none" in note
