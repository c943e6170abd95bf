"""The product against a cloud that has a bad day: unchanged, and with the right end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine
from sides_world import MAIN, REPOSITORY, Installation

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"


@dataclass(kw_only=True)
class Product(Installation):
    """`imagegate` as a job starts it, against one cloud, with the rights that set-up gave it."""

    engine: RecordingEngine

    def play(self, name: str) -> None:
        """Play an example."""
        file = SCENARIOS / f"{name}.yaml"
        self.cloud.console.play(file.read_text(), file=str(file))

    def has_a_version(self) -> bool:
        """Whether some build left an image version that is usable."""
        versions = self.cloud.cloud.store.of_type("Microsoft.Compute/galleries/images/versions")
        return any(version.body["properties"]["provisioningState"] == "Succeeded" for version in versions)

    def happened(self, kind: str) -> int:
        """How often faults of a kind have happened."""
        return sum(fault["happened"] for fault in self.cloud.cloud.faults.document()["faults"] if fault["kind"] == kind)


@contextmanager
def _set_up(folder: Path) -> Iterator[Product]:
    """The product, and a cloud in which it has been set up and answers come soon."""
    engine = RecordingEngine(folder / "engine")
    with LocalCloud(state=folder / "state", engine=engine) as cloud:
        cloud.cloud.settings.change({"retry_after_s": 0.05})
        found = Product(cloud, folder, engine=engine)
        found.set_up("--repository", REPOSITORY)
        yield found


@pytest.fixture(scope="module")
def shared_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One cloud for all: setting it up takes seconds."""
    with _set_up(tmp_path_factory.mktemp("survival")) as product:
        yield product


@pytest.fixture
def product(shared_product: Product) -> Iterator[Product]:
    """The product in a cloud that may have been built in before, without any fault."""
    shared_product.engine.builds.clear()
    shared_product.cloud.cloud.settings.change({"retry_after_s": 0.05})
    yield shared_product
    shared_product.cloud.console.reset()


@pytest.fixture
def fresh_product(tmp_path: Path) -> Iterator[Product]:
    """The product in a cloud in which nothing was built."""
    with _set_up(tmp_path) as product:
        yield product


def _build(product: Product) -> dict[str, Any]:
    exit_code, document = product.run_as_job("build")
    assert exit_code == 0, document
    return document


def test_a_run_whose_answer_was_lost_is_run_once(fresh_product: Product) -> None:
    """503 after the effect on submission and run: the build takes up its own template and run, and builds once."""
    fresh_product.play("lost-answers")
    _build(fresh_product)
    assert fresh_product.happened("unavailable") == 2
    assert len(fresh_product.engine.builds) == 1


@pytest.mark.parametrize(
    ("scenario", "kind", "least"),
    [("throttled", "throttled", 0), ("untrue-reads", "internal-error", 1), ("untrue-reads", "wrong-read", 1)],
)
def test_a_build_survives(product: Product, scenario: str, kind: str, least: int) -> None:
    """Throttling, and reads that are wrong for a moment, cost time and nothing else: one build, one version."""
    product.play(scenario)
    document = _build(product)
    assert product.happened(kind) >= least
    assert len(product.engine.builds) == 1
    assert document


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "throttled", "operation": "VirtualMachineImageTemplates_Run", "times": 2, "retry_after_s": 1},
        {"kind": "gateway-timeout", "operation": "VirtualMachineImageTemplates_Run", "moment": "after"},
        {"kind": "connection-reset", "operation": "VirtualMachineImageTemplates_Run", "moment": "after"},
        {"kind": "internal-error", "operation": "VirtualMachineImageTemplates_Run", "times": 2},
        {"kind": "wrong-read", "operation": "VirtualMachineImageTemplates_Get", "status": 404, "skip": 3},
        {"kind": "unavailable", "operation": "*", "path": ".", "probability": 0.1, "times": "always"},
    ],
    ids=lambda document: "-".join(str(document.get(name, "")) for name in ("kind", "moment", "status")),
)
def test_a_run_is_started_once_whatever_is_answered(product: Product, document: dict[str, Any]) -> None:
    """Whether or not it took effect, and however it was answered: the engine builds once."""
    product.cloud.console.add_faults(document)
    _build(product)
    assert product.happened(document["kind"]) >= 1
    assert len(product.engine.builds) == 1


def test_permissions_that_take_a_while_are_waited_for(fresh_product: Product) -> None:
    """Right after a set-up the rights that it gave are waited for: the build goes on once they count."""
    fresh_product.cloud.cloud.settings.change({"role_assignment_delay_s": 8})
    job = fresh_product.job("ciClientId", MAIN) | {"GITHUB_ACTIONS": "true"}

    exit_code, document = fresh_product.run("build", environment=job)

    assert exit_code == 0, document


@pytest.mark.parametrize("kind", ["malformed-body", "connection-reset"])
def test_what_is_no_answer_ends_without_a_defect(product: Product, kind: str) -> None:
    """A template that cannot be read ends the build with 7 and a reason, or is read again; it is never a defect."""
    product.cloud.console.add_faults({"kind": kind, "operation": "VirtualMachineImageTemplates_Get", "skip": 2})
    exit_code, document = product.run_as_job("build")
    assert product.happened(kind) == 1
    assert exit_code in (0, 7), document


def test_a_region_that_fails_ends_the_build_with_its_name(fresh_product: Product) -> None:
    """Exit 3, as for every run that ended badly, and the region is told."""
    fresh_product.play("slow-replication")
    exit_code, document = fresh_product.run_as_job("build")
    assert exit_code == 3
    assert "North Europe" in json.dumps(document)


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({"kind": "sku-not-available", "times": "always"}, 8),
        ({"kind": "quota-exceeded", "times": "always"}, 8),
        ({"kind": "allocation-failed", "times": "always"}, 8),
        ({"kind": "os-provisioning-timed-out", "times": "always"}, 5),
        (
            {"kind": "disallowed-by-policy", "operation": "PublicIPAddresses_CreateOrUpdate", "times": "always"},
            8,
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_what_is_not_the_images_fault_is_inconclusive(product: Product, document: dict[str, Any], wanted: int) -> None:
    """Capacity, quota and policy end a verification with 8, a guest that never reports with 5; nothing is left."""
    if not product.has_a_version():
        _build(product)
    product.cloud.console.add_faults(document)
    exit_code, told = product.run_as_job("verify", "--no-promote")
    assert exit_code == wanted, told
    assert told["teardown"] == "complete"
    assert product.happened(document["kind"]) >= 1
