"""Real traffic of Compute's galleries, played to the local cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloud_bench import RG, Bench
from recordings import recorded, shape

_SKIPPED = ("/applications/", "/share", "/disks/", "/snapshots/", "/virtualmachines/", "/diskencryptionsets/")
_RECORDINGS = (
    "cli2023__test_gallery_e2e.yaml",
    "cli2023__test_image_version_create_for_diff_source.yaml",
    "cli2023__test_gallery_soft_delete.yaml",
    "cli2023__test_create_image_version_with_allow_replicated_location_deletion.yaml",
    "sdist__azure-mgmt-compute-23.1.0__test_mgmt_compute_galleries.test_compute_galleries.yaml",
)
# Data disks and disk encryption, which machines here have none of; fields that only some versions of the service know.
_VERSIONED = frozenset({"dataDiskImages", "encryption", "safetyProfile", "softDeletePolicy", "id", "tags"})


@pytest.mark.parametrize("name", _RECORDINGS)
def test_recorded_calls_are_answered_alike(corpus: Path, bench: Bench, name: str) -> None:
    """The same calls get the same statuses, the same headers for waiting, and documents with the same names."""
    calls = list(recorded(corpus / "arm-recordings" / name, "Microsoft.Compute", group=RG))
    disk = {"disk": "/disk.raw", "content_digest": "sha256:0", "size_bytes": 30 * 1024**3}
    played = 0
    for call in calls:
        if any(word in call.path.lower() for word in _SKIPPED) or "/galleries" not in call.path.lower():
            continue
        if isinstance(call.body, dict) and call.body.get("location") == "centraluseuap":
            call.body["location"] = "westus"  # a region of Azure's own tests
        for source in _sources(call.body):
            os_disk = {"managedDisk": {"id": f"{RG}/providers/Microsoft.Compute/disks/seed"}}
            document = {"id": source, "location": "westus", "properties": {"storageProfile": {"osDisk": os_disk}}}
            for source_id in (source, os_disk["managedDisk"]["id"]):
                bench.cloud.store.put(source_id, document, internal=disk)
        query: dict[str, Any] = {key.replace("$", "_"): value for key, value in call.query.items()}
        made = bench(call.method, call.path, call.body, api_version=call.api_version, **query)
        where = f"{call.method} {call.path}"
        assert made.status == call.status, f"{where}: {made.body}"
        for header in ("azure-asyncoperation", "location"):
            assert (header in {key.lower() for key in made.headers}) == (header in call.headers), f"{where}: {header}"
        if call.answer is not None:
            assert shape(made.body, without=_VERSIONED) == shape(call.answer, without=_VERSIONED), where
        bench.cloud.complete(made)
        played += 1
    assert played > 3


def _sources(body: object) -> list[str]:
    """The sources that a version's body names, machines stood for by their disk."""
    if not isinstance(body, dict):
        return []
    storage = (body.get("properties") or {}).get("storageProfile") or {}
    named = [storage.get("source") or {}, (storage.get("osDiskImage") or {}).get("source") or {}]
    return [str(entry["id"]) for entry in named if "id" in entry and "/versions/" not in entry["id"]]
