"""Proofs that come after the verification has stopped waiting."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from durabletask.client import TaskHubGrpcClient

from durable_client import idle_engine
from fake_wire import Answer, Seen, Wire
from function_environment import function_settings
from gate_bench import GateBench
from imagegate.flows.reconcile_promotions import reconcile_promotions
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.scheduler import Scheduler
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.settings.function_settings import FunctionSettings
from job_issuer import JobIssuer
from smoke_azure import DEFINITION_ID, IMAGES, VERSION_ID

VERIFIED = datetime(2026, 11, 20, 11, tzinfo=UTC)
DAY = timedelta(days=1)
RECORD = "/records/golden/web/1.2.3/20261120T100000Z.json"
GALLERY = DEFINITION_ID.rsplit("/images/", 1)[0]


@pytest.fixture
def client() -> Iterator[TaskHubGrpcClient]:
    """A client of the real engine."""
    with idle_engine() as found:
        yield found


@pytest.fixture
def settings() -> FunctionSettings:
    """A limit of a day."""
    return function_settings()


@pytest.fixture
def bench(wire: Wire) -> Iterator[GateBench]:
    """A version that passed and is not signed; its gallery has no other."""
    made = GateBench(wire, JobIssuer())

    def versions(_seen: Seen) -> Answer:
        return Answer(body={"value": [made.version]})

    wire.on("GET", f"{IMAGES}/providers/Microsoft.Compute/galleries", Answer(body={"value": [{"id": GALLERY}]}))
    wire.on("GET", f"{GALLERY}/images", Answer(body={"value": [{"id": DEFINITION_ID}]}))
    wire.on("GET", f"{DEFINITION_ID}/versions", versions)
    remember(made)
    with made.with_keys():
        yield made


def remember(bench: GateBench, **parts: Any) -> None:  # noqa: ANN401 - any field
    """The record that the verification wrote."""
    fields: dict[str, Any] = {"verdict": "passed", "may_promote": True, "changed_at": VERIFIED, **parts}
    record = VersionRecord(image_version_id=VERSION_ID, published_at=datetime(2026, 11, 20, 10, tzinfo=UTC), **fields)
    bench.blobs.write(RECORD, json.dumps(record.to_json()).encode())


class Look:
    """The timer, at any time after the verdict."""

    def __init__(self, bench: GateBench, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
        self._bench, self._scheduler, self._settings = bench, Scheduler(client), settings

    def __call__(self, after: timedelta) -> int:
        """How many promotions were started."""
        cloud = self._bench.cloud
        return reconcile_promotions(
            cloud=cloud,
            state=BuildState(cloud),
            scheduler=self._scheduler,
            verifier=self._bench.verifier,
            settings=self._settings,
            now=VERIFIED + after,
        )


@pytest.fixture
def look(bench: GateBench, client: TaskHubGrpcClient, settings: FunctionSettings) -> Look:
    """See there."""
    return Look(bench, client, settings)


def test_late_proof(bench: GateBench, look: Look) -> None:
    """A proof that comes within seven days starts the promotion, once a day until it has become so."""
    assert look(2 * DAY) == 0
    bench.sign()

    assert look(3 * DAY) == 1
    assert look(3 * DAY + timedelta(minutes=10)) == 0
    assert look(4 * DAY) == 1


@pytest.mark.parametrize(
    ("after", "count"), [(DAY / 2, 0), (DAY, 1), (8 * DAY, 1), (8 * DAY + timedelta(minutes=1), 0)]
)
def test_for_seven_days(bench: GateBench, look: Look, after: timedelta, count: int) -> None:
    """While the decision itself waits nothing is started; seven days later nobody looks any longer."""
    bench.sign()

    assert look(after) == count


@pytest.mark.parametrize(
    "parts",
    [
        {"verdict": "failed", "may_promote": False},
        {"verdict": "inconclusive", "may_promote": False},
        {"may_promote": False},
        {"standing": Standing.PROMOTED},
        {"standing": Standing.WITHDRAWN},
        {"changed_at": None},
    ],
    ids=str,
)
def test_what_lacks_more_than_its_proof(bench: GateBench, look: Look, parts: dict[str, Any]) -> None:
    """A late proof promotes only what passed, may be promoted, and was not decided about."""
    bench.sign()
    remember(bench, **parts)

    assert look(2 * DAY) == 0


def test_verdict_tag_alone(bench: GateBench, look: Look) -> None:
    """A version that carries a verdict's tag and no record was not verified."""
    assert bench.version is not None
    bench.version["tags"]["imagegate-verdict"] = "passed"
    bench.sign()
    del bench.blobs.blobs[RECORD]

    assert look(2 * DAY) == 0


def test_record_of_another_version(bench: GateBench, look: Look) -> None:
    """A version that was made again under its number has another record."""
    assert bench.version is not None
    bench.version["properties"]["publishingProfile"]["publishedDate"] = "2026-11-21T10:00:00Z"
    bench.sign()

    assert look(2 * DAY) == 0


def test_promotion_that_broke_off(bench: GateBench, look: Look) -> None:
    """One that was begun and did not end is gone on with."""
    bench.sign()
    remember(bench, standing=Standing.PROMOTING)

    assert look(2 * DAY) == 1


@pytest.mark.parametrize("ref", ["refs/pull/1/merge", "refs/heads/topic", ""])
def test_refs_that_may_not_become_latest(bench: GateBench, look: Look, ref: str) -> None:
    """They cost one request a look: no proof is looked for."""
    bench.restamp(ref=ref)
    bench.sign(ref=ref)

    assert look(2 * DAY) == 0
    assert bench.wire.calls("GET", "/(origin|records).*") == []


@pytest.mark.parametrize(("ref", "count"), [("refs/heads/main", 1), ("refs/heads/topic", 0), ("refs/pull/1/merge", 0)])
def test_without_a_list_of_refs(bench: GateBench, look: Look, ref: str, count: int) -> None:
    """Where the settings list no ref, the default branch may become latest late, too, and nothing else."""
    bench.rules = replace(bench.rules, promoted_refs=())
    bench.default_branch = lambda _repository: "main"
    bench.restamp(ref=ref)
    bench.sign(ref=ref)

    assert look(2 * DAY) == count


def test_proof_that_may_not_promote(bench: GateBench, look: Look) -> None:
    """A token whose claims allow no promotion starts none."""
    bench.sign(event_name="merge_group")

    assert look(2 * DAY) == 0


def test_visible_version(bench: GateBench, look: Look) -> None:
    """What is latest already needs nothing."""
    bench.sign()
    assert bench.version is not None
    profile = bench.version["properties"]["publishingProfile"]
    profile |= {"excludeFromLatest": False, "targetRegions": [{"name": "westeurope"}]}

    assert look(2 * DAY) == 0


def test_record_that_cannot_be_read(bench: GateBench, look: Look, caplog: pytest.LogCaptureFixture) -> None:
    """It is said in the log, and keeps no other version from its promotion."""
    bench.sign()
    bench.blobs.write(RECORD, b"{")

    assert look(2 * DAY) == 0
    assert "is not looked for" in caplog.text


def test_a_promotion_that_broke_off_is_gone_on_with(look: Look, bench: GateBench) -> None:
    """A record that still says promoting is finished an hour later, also where the version is visible already."""
    bench.sign()
    remember(bench, standing=Standing.PROMOTING)
    assert bench.version is not None
    profile = bench.version["properties"]["publishingProfile"]
    profile |= {"excludeFromLatest": False, "targetRegions": [{"name": "westeurope", "excludeFromLatest": False}]}

    assert look(timedelta(minutes=30)) == 0
    assert look(timedelta(hours=2)) == 1
