"""The guard's looks, against a gallery and a container of records on the wire."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from build_events import DEFINITION
from fake_blobs import FakeBlobs
from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.flows.guard import ALERT, Guard
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.model import ResourceId
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.settings.function_settings import load_function_settings

RECORDS = "https://proofs.example/records"
GALLERY = DEFINITION.rsplit("/images/", 1)[0]
GALLERIES = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries"
ACTIVITY = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
MARKS = {
    "imagegate-owner": "imagegate",
    "imagegate-records": RECORDS,
    "imagegate-guarded-since": f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
}
_OLD, _NEW = datetime.now(UTC) - timedelta(days=3), datetime.now(UTC) - timedelta(minutes=5)


class Bench:
    """One gallery with one definition; `versions` are ARM bodies by their numbers and take PATCH requests."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.blobs = wire, FakeBlobs(wire, "records")
        self.versions: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, str] = dict(MARKS)
        self.gallery_tags: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        self.patched: list[str] = []
        wire.on("GET", GALLERIES, lambda _: Answer(body={"value": [{"id": GALLERY, "tags": self.gallery_tags}]}))
        wire.on("GET", GALLERY, lambda _: Answer(body={"id": GALLERY, "tags": self.gallery_tags}))
        wire.on("GET", f"{GALLERY}/images", lambda _: Answer(body={"value": [self._definition]}))
        wire.on("GET", DEFINITION, lambda _: Answer(body=self._definition))
        wire.on("GET", f"{DEFINITION}/versions", lambda _: Answer(body={"value": list(self.versions.values())}))
        wire.on("GET", f"{DEFINITION}/versions/[^/]+", self._get)
        wire.on("PATCH", f"{DEFINITION}/versions/[^/]+", self._patch)
        wire.on("GET", ACTIVITY, Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}))

    @property
    def _definition(self) -> dict[str, Any]:
        return {"id": DEFINITION, "tags": self.tags}

    @property
    def guard(self) -> Guard:
        """The guard of a Function with the bench's settings: it enforces unless they say otherwise."""
        cloud = cloud_on(self.wire)
        settings = load_function_settings(
            {
                "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
                "IMAGEGATE_TEMPLATE_RESOURCE_GROUPS": "rg-images",
                "IMAGEGATE_REPOSITORIES": "acme/images",
                "IMAGEGATE_WORKFLOWS": "*",
                "IMAGEGATE_ORIGIN_CONTAINERS": "https://proofs.example/origin",
                "IMAGEGATE_RECORDS_CONTAINER": RECORDS,
                "IMAGEGATE_GUARD": "enforce",
                **self.environment,
            }
        )
        return Guard(cloud=cloud, state=BuildState(cloud), records=self.records, settings=settings)

    @property
    def records(self) -> Records:
        """The container of records."""
        return Records(Container(cloud_on(self.wire), RECORDS))

    def add(
        self, number: str, *, visible: bool = True, published: datetime = _NEW, tags: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """A version."""
        self.versions[number] = {
            "id": f"{DEFINITION}/versions/{number}",
            "location": "westeurope",
            "tags": dict(tags or {}),
            "properties": {
                "provisioningState": "Succeeded",
                "publishingProfile": {
                    "publishedDate": published.isoformat(),
                    "excludeFromLatest": not visible,
                    "targetRegions": [{"name": "West Europe", "excludeFromLatest": not visible}],
                },
            },
        }
        return self.versions[number]

    def visible(self) -> list[str]:
        """The numbers that `latest` may resolve to."""
        return [
            number
            for number, body in self.versions.items()
            if not body["properties"]["publishingProfile"]["excludeFromLatest"]
        ]

    def record(self, number: str) -> dict[str, Any] | None:
        """The stored record of a version."""
        body = self.versions[number]["properties"]["publishingProfile"]["publishedDate"]
        name = f"/records/golden/web/{number}/{datetime.fromisoformat(body):%Y%m%dT%H%M%SZ}.json"
        found = self.blobs.blobs.get(name)
        return json.loads(found) if found else None

    def decide(self, number: str, standing: Standing, *, ago: timedelta = timedelta(0)) -> None:
        """Write a record."""
        body = self.versions[number]
        at = datetime.fromisoformat(body["properties"]["publishingProfile"]["publishedDate"]).replace(microsecond=0)
        asked = VersionRecord(image_version_id=body["id"], published_at=at)
        stored = self.records.find(asked)
        self.records.write(
            stored.document.changed(standing, by="ada", reason="CVE", now=datetime.now(UTC) - ago), etag=stored.etag
        )

    def _get(self, seen: Seen) -> Answer:
        found = self.versions.get(seen.path.rpartition("/")[2])
        if found is None:
            return Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
        return Answer(body=found)

    def _patch(self, seen: Seen) -> Answer:
        number = seen.path.rpartition("/")[2]
        self.patched.append(number)
        body, change = self.versions[number], seen.json
        body["tags"] = change.get("tags", body["tags"])
        body["properties"]["publishingProfile"] |= (change.get("properties") or {}).get("publishingProfile") or {}
        return Answer(body=body)


@pytest.fixture
def bench(wire: Wire) -> Bench:
    """A definition with a version that was visible when set-up marked it."""
    found = Bench(wire)
    found.add("1.0.0", published=_OLD)
    found.guard.look_everywhere()
    return found


def test_first_look_writes_the_baseline_once(wire: Wire) -> None:
    """What was published before set-up is in it, what came later is not, and nothing changes it."""
    bench = Bench(wire)
    for number in range(10):
        bench.add(f"1.0.{number}", visible=number > 0, published=_OLD)
    bench.add("2.0.0", published=_NEW)
    bench.guard.look_everywhere()
    first = bench.blobs.blobs["/records/golden/web/baseline.json"]

    bench.guard.look_everywhere()

    assert len(json.loads(first)["versions"]) == 10
    assert bench.blobs.blobs["/records/golden/web/baseline.json"] == first
    assert bench.visible() == [f"1.0.{number}" for number in range(1, 10)]
    assert bench.patched == ["2.0.0"]


def test_hidden_with_a_record_and_with_the_way_out(bench: Bench) -> None:
    """The record is written before the version; its tags say why it is hidden, and which command publishes it."""
    bench.add("2.0.0", tags={"imagegate-verdict": "passed"})
    records: list[dict[str, Any] | None] = []
    patch = bench._patch

    def watched(seen: Seen) -> Answer:
        records.append(bench.record("2.0.0"))
        return patch(seen)

    bench.wire.on("PATCH", f"{DEFINITION}/versions/[^/]+", watched)

    bench.guard.look_at(ResourceId.parse(DEFINITION))

    assert bench.visible() == ["1.0.0"]
    (record,) = records
    assert record is not None
    assert (record["standing"], record["by"], record["verdict"]) == ("recorded", "the guard", "")
    tags = bench.versions["2.0.0"]["tags"]
    assert tags["imagegate-hidden"].endswith("UTC: no record says that it was promoted")
    assert tags["imagegate-promote"] == f"imagegate promote {DEFINITION}/versions/2.0.0 --reason '...'"
    assert tags["imagegate-verdict"] == "passed"


@pytest.mark.parametrize("tags", [{f"t{number}": "x" for number in range(49)}, {"IMAGEGATE-hidden": "x"}])
def test_tags_do_not_keep_a_version_visible(bench: Bench, tags: dict[str, str]) -> None:
    """A version that is full of tags, or has one in other capitals, is hidden all the same."""
    bench.add("2.0.0", tags=tags)

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0"]
    found = bench.versions["2.0.0"]["tags"]
    assert len({name.lower() for name in found}) == len(found) <= 50


def test_hide_the_good_and_publish_the_bad(bench: Bench) -> None:
    """The promoted version is shown before the other one is hidden, in two looks."""
    bench.add("2.0.0", visible=False)
    bench.decide("2.0.0", Standing.PROMOTED)
    bench.decide("1.0.0", Standing.WITHDRAWN)
    bench.versions["1.0.0"]["properties"]["publishingProfile"]["excludeFromLatest"] = True
    bench.add("9.0.0")

    bench.guard.look_everywhere()
    assert bench.visible() == ["2.0.0", "9.0.0"]
    bench.guard.look_everywhere()

    assert bench.visible() == ["2.0.0"]
    assert bench.patched == ["2.0.0", "9.0.0"]


def test_promotion_that_begins_meanwhile_wins(bench: Bench) -> None:
    """Whoever writes the record first decides: the guard's write must match what it read."""
    bench.add("2.0.0")
    put, taken = bench.blobs._put, [False]

    def quicker(seen: Seen) -> Answer:
        if "/2.0.0/" in seen.path and not taken[0]:
            taken[0] = True
            bench.decide("2.0.0", Standing.PROMOTING)
        return put(seen)

    bench.wire.on("PUT", "/records/.+", quicker)

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "2.0.0"]
    assert bench.patched == []


def test_mode_report_changes_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """It says what it would do."""
    bench.environment["IMAGEGATE_GUARD"] = "report"
    bench.add("2.0.0")

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "2.0.0"]
    assert (bench.patched, bench.record("2.0.0")) == ([], None)
    assert "would hide golden/web/2.0.0: no record says that it was promoted" in caplog.text


@pytest.mark.parametrize("tags", [{"imagegate-records": "https://others.example/records"}, {"imagegate-records": ""}])
def test_function_that_is_not_named_only_reports(
    bench: Bench, tags: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Of two Functions the one whose records the definition names changes it; without a name nobody does."""
    bench.tags |= tags
    bench.add("2.0.0")

    bench.guard.look_everywhere()

    assert (bench.visible(), bench.patched) == (["1.0.0", "2.0.0"], [])
    assert "only reported" in caplog.text


def test_two_looks_at_once(bench: Bench) -> None:
    """The one that comes second finds the record changed, and changes nothing."""
    bench.add("2.0.0")
    other, put, nested = bench.guard, bench.blobs._put, [False]

    def at_once(seen: Seen) -> Answer:
        if "/2.0.0/" in seen.path and not nested[0]:
            nested[0] = True
            other.look_everywhere()
        return put(seen)

    bench.wire.on("PUT", "/records/.+", at_once)

    bench.guard.look_everywhere()

    assert (bench.visible(), bench.patched) == (["1.0.0"], ["2.0.0"])


def test_definition_of_others(bench: Bench) -> None:
    """What set-up did not make is left alone, until the owner names it."""
    bench.tags = {}
    bench.blobs.blobs.clear()
    bench.guard.look_everywhere()
    assert bench.blobs.blobs == {}

    bench.environment["IMAGEGATE_GUARDED_DEFINITIONS"] = "Golden/Web"
    bench.guard.look_everywhere()
    bench.add("2.0.0")
    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0"]


def test_later_definition_of_a_gallery_that_setup_made(bench: Bench) -> None:
    """It has the gallery's marks, if no version of it is older than they are."""
    bench.tags, bench.gallery_tags = {}, dict(MARKS)
    bench.blobs.blobs.clear()
    bench.guard.look_everywhere()
    assert bench.blobs.blobs == {}

    bench.versions.clear()
    bench.add("2.0.0")
    bench.guard.look_everywhere()

    assert bench.visible() == []


def test_all_records_are_lost(bench: Bench) -> None:
    """Where even the baseline is gone, long after set-up, everything that is visible is the new one."""
    bench.tags["imagegate-guarded-since"] = f"{_OLD:%Y-%m-%dT%H:%M:%SZ}"
    bench.add("2.0.0")
    bench.blobs.blobs.clear()

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "2.0.0"]


def test_third_time_names_the_caller(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """From the third time on the log has a line for an alert, with whom the activity log names."""
    entries = [
        {"caller": "eve@example.com", "eventTimestamp": "2026-11-21T12:00:00Z"},
        {"caller": "old@example.com", "eventTimestamp": "2026-11-21T11:00:00Z"},
    ]
    bench.wire.on("GET", ACTIVITY, Answer(body={"value": entries}))
    bench.add("2.0.0")
    for _ in range(3):
        bench.versions["2.0.0"]["properties"]["publishingProfile"]["excludeFromLatest"] = False
        bench.versions["2.0.0"]["properties"]["publishingProfile"]["targetRegions"][0]["excludeFromLatest"] = False
        _let_the_pause_pass(bench)
        assert ALERT not in caplog.text
        bench.guard.look_everywhere()

    (alert,) = [one for one in caplog.records if ALERT in one.getMessage()]
    assert alert.levelno == logging.ERROR
    assert alert.getMessage().endswith("Written last by eve@example.com.")
    (asked,) = bench.wire.calls("GET", ACTIVITY)
    assert f"resourceUri eq '{DEFINITION}/versions/2.0.0'" in asked.query["$filter"]


def _let_the_pause_pass(bench: Bench) -> None:
    document = json.loads(bench.blobs.blobs["/records/golden/web/sightings.json"])
    for tally in document["hides"].values():
        tally["at"] = (datetime.fromisoformat(tally["at"]) - timedelta(hours=2)).isoformat()
    bench.blobs.write("/records/golden/web/sightings.json", json.dumps(document).encode())


def test_activity_log_that_may_not_be_read(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The alert says so."""
    bench.add("2.0.0")
    bench.guard.look_everywhere()
    document = json.loads(bench.blobs.blobs["/records/golden/web/sightings.json"])
    for tally in document["hides"].values():
        tally["count"] = 2
    bench.blobs.write("/records/golden/web/sightings.json", json.dumps(document).encode())
    bench.add("2.0.0", published=_NEW)
    _let_the_pause_pass(bench)

    bench.guard.look_everywhere()

    assert f"{ALERT}: hide golden/web/2.0.0" in caplog.text
    assert "Written last by caller unknown." in caplog.text


def test_look_that_fails_keeps_nothing_from_going_on(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Without the records nothing is hidden, nothing is raised, and the log has a line for an alert."""
    bench.add("2.0.0")
    bench.blobs.refusals["GET", "records"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})

    bench.guard.look_everywhere()
    bench.guard.look_at(ResourceId.parse(DEFINITION))

    assert bench.visible() == ["1.0.0", "2.0.0"]
    assert caplog.text.count(ALERT) == 2


@pytest.mark.parametrize(("status", "asked"), [(403, 2), (500, 1)])
def test_service_that_is_down_is_not_asked_for_each_definition(bench: Bench, status: int, asked: int) -> None:
    """The timer has other work; a definition that may not be read does not hide the others."""
    definitions = [{"id": f"{GALLERY}/images/{name}", "tags": MARKS} for name in ("one", "two")]
    bench.wire.on("GET", f"{GALLERY}/images", Answer(body={"value": definitions}))
    refusal = Answer(status=status, body={"error": {"code": "Refused", "message": "sorry"}})
    bench.wire.on("GET", f"{GALLERY}/images/(one|two)/versions", refusal)

    bench.guard.look_everywhere()

    assert len({seen.path for seen in bench.wire.calls("GET", ".*/(one|two)/versions")}) == asked


def test_gallery_that_refuses(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A change that is refused is an alert; another version is hidden all the same."""
    bench.add("2.0.0")
    bench.add("3.0.0")
    error = {"error": {"code": "RequestDisallowedByPolicy", "message": "no"}}
    bench.wire.on("PATCH", f"{DEFINITION}/versions/3.0.0", Answer(status=403, body=error))

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "3.0.0"]
    assert f"{ALERT}: golden/web/3.0.0 could not be changed" in caplog.text


def test_verdict_outlives_the_guard(bench: Bench) -> None:
    """A version that passed and waits for its proof is hidden, and may still be promoted as long as before."""
    bench.add("2.0.0")
    bench.decide("2.0.0", Standing.RECORDED, ago=timedelta(hours=20))
    before = bench.record("2.0.0")

    bench.guard.look_everywhere()

    after = bench.record("2.0.0")
    assert before is not None
    assert after is not None
    assert after["by"] == "the guard"
    assert (after["standing"], after["changed_at"]) == ("recorded", before["changed_at"])
