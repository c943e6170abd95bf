"""Machines and versions after a restart of the local cloud."""

from __future__ import annotations

from pathlib import Path

from cloud_bench import RG, make_bench
from image_world import DEFINITION, VM, make_vm
from localazure.store import Store


def test_machines_are_deallocated_and_start_again(tmp_path: Path) -> None:
    """A machine's process does not outlive the cloud: it shows as deallocated, and starts from its disk again."""
    before = make_bench(tmp_path, store=Store(tmp_path / "state.sqlite"))
    make_vm(before)
    before.close()
    after = make_bench(tmp_path, store=Store(tmp_path / "state.sqlite"))
    statuses = after.body(f"{VM}/instanceView")["statuses"]
    assert [status["code"] for status in statuses] == ["ProvisioningState/succeeded", "PowerState/deallocated"]
    assert after.settled("POST", f"{VM}/start")["status"] == "Succeeded"
    assert after.engine.machines[0].is_running()
    after.close()


def test_versions_that_were_being_made(tmp_path: Path) -> None:
    """A version that was Creating is Failed; one that was Updating is Succeeded with all its regions."""
    before = make_bench(tmp_path, store=Store(tmp_path / "state.sqlite"))
    make_vm(before)
    version = f"{DEFINITION}/versions/0.0.1".replace("~", RG)
    before.cloud.store.update(version, lambda body: body["properties"].update(provisioningState="Updating"))
    other = {**before.body(version), "id": f"{version}9"}
    other["properties"]["provisioningState"] = "Creating"
    before.cloud.store.put(f"{version}9", other, internal={"replication": []})
    before.close()
    after = make_bench(tmp_path, store=Store(tmp_path / "state.sqlite"))
    assert after.body(version)["properties"]["provisioningState"] == "Succeeded"
    assert after.body(f"{version}9")["properties"]["provisioningState"] == "Failed"
    after.close()
