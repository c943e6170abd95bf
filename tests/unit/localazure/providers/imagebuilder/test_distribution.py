"""Distribution: numbers of versions, targets of every kind, images as sources of the next."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_bench import RG, Bench
from image_world import (
    DEFINITION,
    NEWEST,
    TEMPLATE,
    definition_body,
    make_definition,
    make_template,
    run,
    shared_image,
    template_body,
)
from localazure.providers.imagebuilder.failures import SubmissionFailed
from localazure.providers.imagebuilder.version_choice import next_number

DOCUMENTED = ("0.1.1", "0.1.2", "1.0.0", "1.0.1", "1.1.0", "1.1.1", "1.2.0", "2.0.0", "2.0.1", "2.1.0")


@pytest.mark.parametrize(
    ("versioning", "wanted"),
    [
        (None, "2.1.1"),
        ({"scheme": "Latest"}, "2.1.1"),
        ({"scheme": "Latest", "major": -1}, "2.1.1"),
        ({"scheme": "Latest", "major": 2}, "2.1.1"),
        ({"scheme": "Latest", "major": 1}, "1.2.1"),
        ({"scheme": "Latest", "major": 0}, "0.1.3"),
        ({"scheme": "Latest", "major": 7}, "7.0.1"),
        ({"scheme": "Source"}, "12.20.3"),
    ],
)
def test_documented_numbers(versioning: dict[str, object] | None, wanted: str) -> None:
    """The documentation's own example gives the documentation's own numbers."""
    assert next_number(DOCUMENTED, versioning, source_version="12.20.3") == wanted


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 3)))
def test_latest_is_newer_than_all(present: list[tuple[int, int, int]]) -> None:
    """Without a major the new number is higher than every one that is there."""
    names = [".".join(map(str, number)) for number in present]
    new = tuple(int(part) for part in next_number(names, None, source_version="").split("."))
    assert all(new > number for number in present)


def test_source_without_a_number() -> None:
    """The scheme Source needs a source version of three numbers."""
    with pytest.raises(SubmissionFailed, match="'jammy' is no"):
        next_number([], {"scheme": "Source"}, source_version="jammy")


def test_numbers_go_on_over_runs(bench: Bench) -> None:
    """Every run of a template leaves one more version."""
    make_template(bench)
    for _ in range(3):
        run(bench)
    names = [version["name"] for version in bench.body(f"{DEFINITION}/versions")["value"]]
    assert names == ["0.0.1", "0.0.2", "0.0.3"]


def test_old_and_new_regions(bench: Bench) -> None:
    """The deprecated pair and targetRegions become the same publishing profile."""
    new = [{"name": "westeurope", "replicaCount": 2}, {"name": "North Europe", "storageAccountType": "Standard_ZRS"}]
    old = {"replicationRegions": ["westeurope"], "storageAccountType": "Standard_ZRS", "targetRegions": None}
    targets = [shared_image(targetRegions=new), shared_image(runOutputName="old", **old)]
    make_template(bench, distribute=targets)
    run(bench)
    first, second = (version["properties"] for version in bench.body(f"{DEFINITION}/versions")["value"])
    regions = first["publishingProfile"]["targetRegions"]
    assert [(region["name"], region["regionalReplicaCount"], region["storageAccountType"]) for region in regions] == [
        ("West Europe", 2, "Standard_LRS"),
        ("North Europe", 1, "Standard_ZRS"),
    ]
    assert second["publishingProfile"]["storageAccountType"] == "Standard_ZRS"
    assert second["publishingProfile"]["targetRegions"][0]["storageAccountType"] == "Standard_ZRS"


def test_managed_image_and_vhd(bench: Bench) -> None:
    """A managed image is a resource with the disk behind it; a VHD is a blob of the staging account."""
    image_id = f"{RG}/providers/Microsoft.Compute/images/golden"
    image = {"type": "ManagedImage", "runOutputName": "image", "imageId": image_id, "location": "westeurope"}
    make_template(bench, distribute=[image, {"type": "VHD", "runOutputName": "vhd"}])
    assert run(bench)["status"] == "Succeeded"
    outputs = {
        one["name"]: one["properties"] for one in bench.body(f"{TEMPLATE}/runOutputs", api_version=NEWEST)["value"]
    }
    assert outputs["image"]["artifactId"] == image_id
    assert bench.body(image_id)["properties"]["storageProfile"]["osDisk"]["diskSizeGB"] == 30
    account, container, name = outputs["vhd"]["artifactUri"].removeprefix("https://localhost:2/").split("/", 2)
    assert bench.cloud.store.get_blob(account, container, name)


def test_a_version_names_its_vhd_in_the_staging_account(bench: Bench) -> None:
    """As recorded: the blob's URL and the account's id, and no source beside the disk image."""
    make_template(bench)
    run(bench)
    staging = bench.body(TEMPLATE, api_version=NEWEST)["properties"]["exactStagingResourceGroup"]

    storage = bench.body(f"{DEFINITION}/versions/0.0.1")["properties"]["storageProfile"]

    source = storage["osDiskImage"].pop("source")
    assert storage == {"osDiskImage": {"sizeInGB": 30, "hostCaching": "ReadWrite"}}
    assert source.keys() == {"uri", "storageAccountId"}
    group, _, account = source["storageAccountId"].partition("/providers/Microsoft.Storage/storageAccounts/")
    assert group == staging
    assert re.fullmatch(rf"https://localhost:2/{account}/vhds/[0-9a-f-]{{36}}\.vhd", source["uri"])


def test_a_builder_needs_no_right_in_the_staging_group(bench: Bench) -> None:
    """The group is the service's own: the version is written as the template's identity, which may not read there."""
    make_template(bench)
    assert run(bench)["status"] == "Succeeded"

    source = bench.body(f"{DEFINITION}/versions/0.0.1")["properties"]["storageProfile"]["osDiskImage"]["source"]
    builder = bench.body(bench.identity("builder"))["properties"]["principalId"]
    assert not bench.cloud.decisions.allows(
        builder, "Microsoft.Storage/storageAccounts/read", source["storageAccountId"]
    )


def test_a_vhd_becomes_a_version(bench: Bench) -> None:
    """A VHD that a run left is a source for whoever may use the account."""
    make_template(bench, distribute=[{"type": "VHD", "runOutputName": "vhd"}])
    run(bench)
    output = bench.body(f"{TEMPLATE}/runOutputs/vhd", api_version=NEWEST)
    storage = {"osDiskImage": {"source": {"uri": output["properties"]["artifactUri"]}}}
    body = {"location": "westeurope", "properties": {"storageProfile": storage}}

    assert bench.settled("PUT", f"{DEFINITION}/versions/1.0.0", body)["status"] == "Succeeded"
    made = bench.cloud.store.get(f"{DEFINITION}/versions/1.0.0".replace("~", RG))
    assert made
    assert made.internal["content_digest"] == "sha256:1"


def test_managed_image_that_is_there(bench: Bench) -> None:
    """Another run makes the image anew, which takes the right to delete it."""
    image_id = f"{RG}/providers/Microsoft.Compute/images/golden"
    image = {"type": "ManagedImage", "runOutputName": "image", "imageId": image_id, "location": "westeurope"}
    make_template(bench, distribute=[image])
    run(bench)

    assert run(bench)["status"] == "Succeeded"

    asked = [one.request.method for one in bench.endings if one.request.path == image_id]
    assert asked == ["PUT", "DELETE", "PUT"]


@pytest.mark.parametrize("latest", [False, True])
def test_an_image_that_was_built_here_is_a_source(bench: Bench, latest: bool) -> None:
    """A template may start from a version: the engine is asked for that version's steps, then the template's own."""
    make_template(bench)
    run(bench)
    second = DEFINITION.replace("apache", "second")
    identifier = {"publisher": "imagegate", "offer": "second", "sku": "default"}
    bench.settled("PUT", second, definition_body(identifier=identifier))
    version = f"{DEFINITION}/versions/{'latest' if latest else '0.0.1'}".replace("~", RG)
    body = template_body(
        bench.identity("builder"),
        source={"type": "SharedImageVersion", "imageVersionId": version},
        customize=[{"type": "Shell", "name": "more", "inline": ["true"]}],
        distribute=[shared_image(galleryImageId=second.replace("~", RG), versioning={"scheme": "Source"})],
    )
    template = f"{TEMPLATE}-2"
    assert bench.settled("PUT", template, body, api_version=NEWEST)["status"] == "Succeeded"
    assert bench.body(template, api_version=NEWEST)["properties"]["source"]["exactVersion"] == "0.0.1"
    assert bench.settled("POST", f"{template}/run", api_version=NEWEST)["status"] == "Succeeded"
    assert [step.name for step in bench.engine.builds[-1].customize] == ["install", "more"]
    assert [one["name"] for one in bench.body(f"{second}/versions")["value"]] == ["0.0.1"]


def test_an_explicit_version_has_to_be_free(bench: Bench) -> None:
    """A version that is there already is a fault of the submission."""
    make_definition(bench)
    make_template(bench)
    run(bench)
    taken = shared_image(galleryImageId=f"{DEFINITION}/versions/0.0.1".replace("~", RG))
    body = template_body(bench.identity("builder"), distribute=[taken])
    record = bench.settled("PUT", f"{TEMPLATE}-2", body, api_version=NEWEST)
    assert "already exists" in record["error"]["message"]
