"""Image versions: creation, replication, promotion, `latest`, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_bench import RG, Bench
from image_world import DEFINITION, make_definition, make_version
from localazure.arm.resource_id import ResourceId
from localazure.blobs.contents import put_blob
from localazure.providers.compute import replication, version_numbers
from localazure.store import Document

SECOND = f"{DEFINITION}/versions/1.0.0"


def body(source: str, **profile: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A version of a source."""
    storage = {"source": {"id": source}}
    return {"location": "westeurope", "properties": {"storageProfile": storage, "publishingProfile": profile}}


def test_version_from_a_version_as_recorded(bench: Bench) -> None:
    """201 and Creating with display names of regions; then the disk's size, and replication on demand."""
    source = make_version(bench)
    response = bench("PUT", SECOND, body(source, targetRegions=[{"name": "westeurope"}]), api_version="2022-03-03")
    assert response.status == 201
    profile = response.body["properties"]["publishingProfile"]
    assert profile["targetRegions"] == [
        {"name": "West Europe", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}
    ]
    assert (profile["replicaCount"], profile["excludeFromLatest"]) == (1, False)
    assert response.body["properties"]["provisioningState"] == "Creating"
    bench.cloud.complete(response)
    properties = bench.body(SECOND)["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["storageProfile"]["osDiskImage"] == {"sizeInGB": 30, "hostCaching": "ReadWrite", "source": {}}
    assert "replicationStatus" not in properties
    status = bench.body(SECOND, _expand="ReplicationStatus")["properties"]["replicationStatus"]
    assert status == {
        "aggregatedState": "Completed",
        "summary": [{"region": "West Europe", "state": "Completed", "details": "", "progress": 100}],
    }


def test_regions_replicate_one_after_the_other(bench: Bench) -> None:
    """While replication goes on, finished regions are Completed and the rest Replicating."""
    make_definition(bench)
    entries = replication.started(["westeurope", "northeurope"])
    document = {"id": "x", "properties": {"provisioningState": "Creating"}}
    bench.cloud.store.put(SECOND.replace("~", RG), document, internal={"replication": entries})
    version = bench.cloud.store.get(SECOND.replace("~", RG))
    assert version
    assert replication.status(version)["aggregatedState"] == "InProgress"
    assert not replication.is_replicated(version, "westeurope")
    replication.replicate(bench.cloud, version.id, began=bench.clock.now(), seconds_per_region=0)
    version = bench.cloud.store.get(version.id)
    assert version
    assert replication.status(version)["aggregatedState"] == "Completed"
    assert replication.is_replicated(version, "North Europe")


def test_promotion(bench: Bench) -> None:
    """A PATCH of the flag alone keeps regions and tags; the state goes through Updating."""
    source = make_version(bench)
    profile = {"targetRegions": [{"name": "westeurope"}, {"name": "northeurope"}], "excludeFromLatest": True}
    bench.settled("PUT", SECOND, {**body(source, **profile), "tags": {"a": "b"}})
    response = bench("PATCH", SECOND, {"properties": {"publishingProfile": {"excludeFromLatest": False}}})
    assert (response.status, response.body["properties"]["provisioningState"]) == (200, "Updating")
    bench.cloud.complete(response)
    after = bench.body(SECOND)
    assert after["properties"]["publishingProfile"]["excludeFromLatest"] is False
    assert len(after["properties"]["publishingProfile"]["targetRegions"]) == 2
    assert after["tags"] == {"a": "b"}
    bench.settled("PATCH", SECOND, {"tags": {"verdict": "passed"}})
    assert bench.body(SECOND)["tags"] == {"verdict": "passed"}


def test_replace_by_put(bench: Bench) -> None:
    """A PUT on a version answers 200 and takes the new regions; the first publication's date stays."""
    make_version(bench)
    first = f"{DEFINITION}/versions/0.0.1"
    before = bench.body(first)["properties"]["publishingProfile"]["publishedDate"]
    bench.clock.let_pass(hours=1)
    changed = {"location": "westeurope", "properties": {"publishingProfile": {"replicaCount": 3}}}
    assert bench.settled("PUT", first, changed)["status"] == "Succeeded"
    profile = bench.body(first)["properties"]["publishingProfile"]
    assert (profile["publishedDate"], profile["replicaCount"]) == (before, 3)
    assert profile["targetRegions"][0]["regionalReplicaCount"] == 3


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ({"replicaCount": 101}, "between 1 and 100"),
        ({"targetRegions": [{"name": "westus"}, {"name": "West US"}]}, "listed more than once"),
        ({"targetRegions": [{}]}, "needs a name"),
        ({"storageAccountType": "Gold_LRS"}, "'Gold_LRS' of parameter 'storageAccountType' is not allowed"),
    ],
)
def test_bad_profiles(bench: Bench, profile: dict[str, Any], said: str) -> None:
    """A publishing profile that cannot be carried out is refused."""
    error = bench.error("PUT", SECOND, body(make_version(bench), **profile))
    assert error["code"] == "InvalidParameter"
    assert said in error["message"]


@pytest.mark.parametrize("name", ["latest", "1.0", "1.0.0.0", "1.0.9999999999"])
def test_bad_numbers(bench: Bench, name: str) -> None:
    """A version's name is three integers of 32 bits."""
    error = bench.error("PUT", f"{DEFINITION}/versions/{name}", body(make_version(bench)))
    assert (error["code"], error["target"]) == ("InvalidParameter", "galleryImageVersionName")


def test_source_has_to_be_there(bench: Bench) -> None:
    """A version needs a source that exists."""
    make_definition(bench)
    assert bench.error("PUT", SECOND, body(f"{RG}/providers/Microsoft.Compute/images/no"))["status"] == 404
    assert bench.error("PUT", SECOND, {"location": "westeurope"})["code"] == "InvalidParameter"


def test_a_vhd_has_to_be_one_that_was_built_here(bench: Bench) -> None:
    """What a client wrote into a blob is no disk: no file of this machine is reached through it."""
    make_definition(bench)
    put_blob(bench.cloud, "account", "vhds", "own.vhd", b"/etc/passwd", metadata={"vhd": "/etc/passwd"})

    def refusal(uri: str) -> dict[str, Any]:
        storage = {"osDiskImage": {"source": {"uri": uri}}}
        return bench.error("PUT", SECOND, {"location": "westeurope", "properties": {"storageProfile": storage}})

    assert refusal("https://localhost:2/account/vhds/own.vhd")["code"] == "LocalCloudHasNoDisk"
    assert refusal("https://localhost:2/account/vhds/none.vhd")["status"] == 404
    assert refusal("https://elsewhere.example/account/vhds/own.vhd")["status"] == 404


def test_what_is_fixed_stays(bench: Bench) -> None:
    """Storage type and replication mode cannot be changed afterwards."""
    make_version(bench)
    change = {"properties": {"publishingProfile": {"storageAccountType": "Premium_LRS"}}}
    assert bench.error("PATCH", f"{DEFINITION}/versions/0.0.1", change)["code"] == "PropertyChangeNotAllowed"


def test_deletion_may_be_blocked_until_its_end_of_life(bench: Bench) -> None:
    """BlockDeletionBeforeEndOfLife keeps a version until its date."""
    make_version(bench)
    path = f"{DEFINITION}/versions/0.0.1"
    change = {
        "safetyProfile": {"blockDeletionBeforeEndOfLife": True},
        "publishingProfile": {"endOfLifeDate": "2030-01-01T00:00:00Z"},
    }
    bench.settled("PATCH", path, {"properties": change})
    assert bench.error("DELETE", path)["code"] == "OperationNotAllowed"


def version(name: str, **profile: Any) -> Document:  # noqa: ANN401 - any JSON
    """A version that is ready in West Europe unless the profile says other."""
    given = {"targetRegions": [{"name": "West Europe"}], **profile}
    document = {"properties": {"provisioningState": "Succeeded", "publishingProfile": given}}
    return Document(id=ResourceId(f"/x/{name}"), body=document, internal={})


def test_latest_is_the_highest_number_that_nothing_excludes() -> None:
    """Numbers compare as numbers; the flag counts for all regions or for one."""
    here = {"targetRegions": [{"name": "westeurope", "excludeFromLatest": True}]}
    versions = [
        version("1.9.0"),
        version("1.10.0"),
        version("2.0.0", excludeFromLatest=True),
        version("3.0.0", **here),
        version("4.0.0", targetRegions=[{"name": "westus"}]),
    ]
    found = version_numbers.latest(versions, "westeurope")
    assert found
    assert found.id.name == "1.10.0"
    assert version_numbers.latest(versions[2:4], "westeurope") is None


@given(st.text())
def test_numbers_parse_or_are_none(text: str) -> None:
    """Any text is three numbers or no version."""
    found = version_numbers.parsed(text)
    assert found is None or all(0 <= part < 2**31 for part in found)
