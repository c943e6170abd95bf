"""Finding a group in which Image Builder may build."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Seen, Wire, cloud_on
from imagegate.steps.find_staging_groups import find_staging_groups
from imagegate.waiting import Deadline

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resource[gG]roups"
TEMPLATES = f"{GROUPS}/rg/providers/Microsoft.VirtualMachineImages/imageTemplates"
FOUNDATION = f"{GROUPS}/rg/providers/Microsoft.Resources/deployments/imagegate-foundation"


def _known(wire: Wire, *names: str) -> None:
    properties = {"provisioningState": "Succeeded", "outputs": {"stagingResourceGroups": {"value": list(names)}}}
    wire.on("GET", FOUNDATION, Answer(body={"properties": properties}))
    wire.on("GET", TEMPLATES, Answer(body={"value": []}))


def _group(wire: Wire, name: str, *resources: str, **changed: Any) -> None:  # noqa: ANN401 - any JSON
    wire.on("GET", f"{GROUPS}/{name}", Answer(body={"name": name, "location": "westeurope"} | changed))
    wire.on("GET", f"{GROUPS}/{name}/resources", Answer(body={"value": [{"id": one} for one in resources]}))


def _found(wire: Wire) -> tuple[set[str], list[str]]:
    notes: list[str] = []
    deadline = Deadline.after(600, HandClock())
    found = find_staging_groups(cloud_on(wire), "rg", location="West Europe", deadline=deadline, note=notes.append)
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
    """A right that is missing, or a group that somebody deleted, stops no build, and is noted."""
    _known(wire, "a", "b")
    wire.on("GET", f"{GROUPS}/a", Answer(status=status, body={"error": {"code": "X", "message": "x"}}))
    _group(wire, "b")

    assert _found(wire) == ({"b"}, ['Reading the resource group "a" was refused.'])


def test_a_set_up_of_an_older_release(wire: Wire) -> None:
    """It made none; that is what the line says."""
    _known(wire)

    found, (note,) = _found(wire)

    assert found == set()
    assert "`imagegate setup` made none" in note


def test_expired_templates_make_room(wire: Wire) -> None:
    """Where no group is free, what has expired on the side is deleted, waited for, and its group taken."""
    _known(wire, "a")
    template = TEMPLATES.replace("[gG]", "G")
    tags = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2020-01-01T00:00:00Z"}
    later = {**tags, "imagegate-expires-at": "2999-01-01T00:00:00Z"}
    listed = [{"id": f"{template}/old", "tags": tags}, {"id": f"{template}/new", "tags": later}]
    wire.on("GET", TEMPLATES, Answer(body={"value": listed}))
    wire.on("GET", f"{GROUPS}/a/resources", Answer(body={"value": []}))
    asked: list[str] = []

    def delete(seen: Seen) -> Answer:
        asked.append(seen.path.rpartition("/")[2])
        return Answer(status=202)

    def group(_seen: Seen) -> Answer:
        return Answer(
            body={"name": "a", "location": "westeurope", "tags": {} if asked else {"imageTemplateName": "old"}}
        )

    wire.on("GET", f"{GROUPS}/a", group)
    wire.on("DELETE", f"{TEMPLATES}/[^/]+", delete)
    gone = Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
    wire.on("GET", f"{TEMPLATES}/[^/]+", Answer(body=listed[0]), gone)

    found, notes = _found(wire)

    assert found == {"a"}
    assert set(asked) == {"old"}
    assert notes == ["no staging group is free: removing 1 expired image template first"]
