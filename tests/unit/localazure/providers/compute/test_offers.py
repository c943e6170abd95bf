"""What Compute offers: marketplace versions, sizes, SKUs, managed images."""

from __future__ import annotations

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import VM, make_interface, make_version, make_vm, vm_body

LOCATION = f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope"
DEBIAN = f"{LOCATION}/publishers/Debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions"
IMAGE = f"{RG}/providers/Microsoft.Compute/images/managed"


def test_marketplace_versions_as_recorded(bench: Bench) -> None:
    """A bare list of names with ids, and one version's properties; what cannot be made here is not found."""
    response = bench("GET", DEBIAN)
    assert [sorted(entry) for entry in response.body] == [["id", "location", "name"]]
    name = response.body[0]["name"]
    assert response.body[0]["id"].endswith(
        f"/Publishers/Debian/ArtifactTypes/VMImage/Offers/debian-12/Skus/12-gen2/Versions/{name}"
    )
    one = bench.body(f"{DEBIAN}/{name}")
    assert one["properties"]["osDiskImage"] == {
        "operatingSystem": "Linux",
        "sizeInGb": 30,
        "sizeInBytes": 30 * 1024**3,
    }
    assert bench.error("GET", DEBIAN.replace("debian-12", "debian-99"))["status"] == 404


def test_sizes_and_skus(bench: Bench) -> None:
    """Sizes come with cores and memory; SKUs with the capabilities that decide what a machine may be."""
    sizes = {size["name"]: size for size in bench.body(f"{LOCATION}/vmSizes")["value"]}
    assert (sizes["Standard_D2s_v3"]["numberOfCores"], sizes["Standard_D2s_v3"]["memoryInMB"]) == (2, 8192)
    path = f"{SUBSCRIPTION}/providers/Microsoft.Compute/skus"
    skus = {sku["name"]: sku for sku in bench.body(path, _filter="location eq 'westeurope'")["value"]}
    capabilities = {entry["name"]: entry["value"] for entry in skus["Standard_D2s_v3"]["capabilities"]}
    assert capabilities["vCPUs"] == "2"
    assert capabilities["TrustedLaunchDisabled"] == "True"
    assert skus["Standard_D2s_v3"]["locations"] == ["westeurope"]


def test_managed_image_of_a_machine(bench: Bench) -> None:
    """A machine's disk becomes a managed image, which starts machines in its own region."""
    make_vm(bench)
    body = {
        "location": "westeurope",
        "properties": {"sourceVirtualMachine": {"id": VM.replace("~", RG)}, "hyperVGeneration": "V2"},
    }
    response = bench("PUT", IMAGE, body, api_version="2022-11-01")
    assert (response.status, response.body["properties"]["provisioningState"]) == (201, "Creating")
    bench.cloud.complete(response)
    assert bench.body(IMAGE)["properties"]["storageProfile"]["osDisk"]["diskSizeGB"] == 30
    bench.settled("DELETE", VM)
    machine = vm_body(IMAGE, make_interface(bench))
    assert bench.settled("PUT", VM, machine)["status"] == "Succeeded"
    for scope in (RG, SUBSCRIPTION):
        assert len(bench.body(f"{scope}/providers/Microsoft.Compute/images")["value"]) == 1
    assert bench.settled("DELETE", IMAGE)["status"] == "Succeeded"
    assert bench("DELETE", IMAGE).status == 204


def test_a_document_without_a_disk_is_no_source(bench: Bench) -> None:
    """What was not built here has nothing to boot from, and that is said."""
    version = make_version(bench)
    bench.cloud.store.put(version, bench.body(version), internal={"replication": []})
    bench.cloud.store.put(f"{RG}/providers/Microsoft.Compute/snapshots/empty", {"id": "x", "properties": {}})
    body = {
        "location": "westeurope",
        "properties": {
            "storageProfile": {"osDisk": {"snapshot": {"id": f"{RG}/providers/Microsoft.Compute/snapshots/empty"}}}
        },
    }
    assert bench.error("PUT", IMAGE, body)["code"] == "LocalCloudHasNoDisk"
