"""Resources by id: lists page by page, refusals as reasons."""

from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.gateway.resources import api_version_of, delete_resource, is_owned, list_pages, list_resources
from imagegate.model import ResourceId

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
VM = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm")


def test_pages() -> None:
    """A list is followed to its end; the link's own query is kept to the letter, the host stays ours."""
    wire = Wire()

    def page(seen: Seen) -> Answer:
        if seen.query.get("$skiptoken") == "t+w=o":
            return Answer(body={"value": [{"id": "b"}]})
        return Answer(
            body={"value": [{"id": "a"}], "nextLink": f"https://elsewhere{GROUP}/x?api-version=1&$skiptoken=t%2Bw%3Do"}
        )

    wire.on("GET", f"{GROUP}/x", page)

    assert [one["id"] for one in list_pages(cloud_on(wire), f"{GROUP}/x")] == ["a", "b"]
    assert {seen.host for seen in wire.seen} == {"management.azure.com"}
    assert wire.seen[-1].raw_query == "api-version=1&$skiptoken=t%2Bw%3Do"


def test_listed_with_age() -> None:
    """A listed resource knows its tags and when it was made, a deployment when it was written."""
    wire = Wire()
    wire.on(
        "GET", f"{GROUP}/resources", Answer(body={"value": [{"id": VM.text, "createdTime": "2026-11-21T10:00:00Z"}]})
    )
    deployment = {"id": f"{GROUP}/providers/Microsoft.Resources/deployments/d", "tags": {"a": "b"}}
    written = {**deployment, "properties": {"timestamp": "2026-11-21T11:00:00Z"}}
    wire.on("GET", f"{GROUP}/providers/Microsoft.Resources/deployments", Answer(body={"value": [written]}))

    found = list_resources(cloud_on(wire), "rg")

    assert [(one.id.name, one.created_at.hour if one.created_at else None) for one in found] == [("vm", 10), ("d", 11)]
    assert (found[0].owned, found[1].tags) == (False, {"a": "b"})


def test_delete_in_use() -> None:
    """A refusal because of use is a reason to come again."""
    wire = Wire()
    wire.on("DELETE", VM.text, Answer(status=409, body={"error": {"code": "InUse", "message": "by another"}}))

    assert "by another" in (delete_resource(cloud_on(wire), VM) or "")


def test_api_versions() -> None:
    """Children are asked with their parent's version, unknown types with none."""
    assert api_version_of(VM.child("runCommands", "c")) == api_version_of(VM)
    assert api_version_of(ResourceId(f"{GROUP}/providers/A.B/c/d")) is None


def test_ownership() -> None:
    """Only our own value of our own tag is ours."""
    assert is_owned({"IMAGEGATE-OWNER": "imagegate"})
    assert not is_owned({"imagegate-owner": "me"})
    assert not is_owned(None)
