"""The guard's looks, against a gallery and a container of records on the wire."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from build_events import DEFINITION
from fake_wire import Answer, Seen, Wire
from guarded_gallery import ACTIVITY, GALLERY, MARKS, NEW, OLD, GuardedGallery
from imagegate.flows.guard import ALERT
from imagegate.model import ResourceId
from imagegate.model.version_record import Standing


@pytest.fixture
def bench(wire: Wire) -> GuardedGallery:
    """A definition with a version that was visible when set-up marked it."""
    found = GuardedGallery(wire)
    found.add("1.0.0", published=OLD)
    found.guard.look_everywhere()
    return found


def test_first_look_writes_the_baseline_once(wire: Wire) -> None:
    """What was published before set-up is in it, what came later is not, and nothing changes it."""
    bench = GuardedGallery(wire)
    for number in range(10):
        bench.add(f"1.0.{number}", visible=number > 0, published=OLD)
    bench.add("2.0.0", published=NEW)
    bench.guard.look_everywhere()
    first = bench.blobs.blobs["/records/golden/web/baseline.json"]

    bench.guard.look_everywhere()

    assert len(json.loads(first)["versions"]) == 10
    assert bench.blobs.blobs["/records/golden/web/baseline.json"] == first
    assert bench.visible() == [f"1.0.{number}" for number in range(1, 10)]
    assert bench.patched == ["2.0.0"]


def test_hidden_with_a_record_and_with_the_way_out(bench: GuardedGallery) -> None:
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
def test_tags_do_not_keep_a_version_visible(bench: GuardedGallery, tags: dict[str, str]) -> None:
    """A version that is full of tags, or has one in other capitals, is hidden all the same."""
    bench.add("2.0.0", tags=tags)

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0"]
    found = bench.versions["2.0.0"]["tags"]
    assert len({name.lower() for name in found}) == len(found) <= 50


def test_hide_the_good_and_publish_the_bad(bench: GuardedGallery) -> None:
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


def test_promotion_that_begins_meanwhile_wins(bench: GuardedGallery) -> None:
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


def test_mode_report_changes_nothing(bench: GuardedGallery, caplog: pytest.LogCaptureFixture) -> None:
    """It says what it would do."""
    bench.environment["IMAGEGATE_GUARD"] = "report"
    bench.add("2.0.0")

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "2.0.0"]
    assert (bench.patched, bench.record("2.0.0")) == ([], None)
    assert "would hide golden/web/2.0.0: no record says that it was promoted" in caplog.text


@pytest.mark.parametrize("tags", [{"imagegate-records": "https://others.example/records"}, {"imagegate-records": ""}])
def test_function_that_is_not_named_only_reports(
    bench: GuardedGallery, tags: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Of two Functions the one whose records the definition names changes it; without a name nobody does."""
    bench.tags |= tags
    bench.add("2.0.0")

    bench.guard.look_everywhere()

    assert (bench.visible(), bench.patched) == (["1.0.0", "2.0.0"], [])
    assert "only reported" in caplog.text


def test_two_looks_at_once(bench: GuardedGallery) -> None:
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


def test_definition_of_others(bench: GuardedGallery) -> None:
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


def test_later_definition_of_a_gallery_that_setup_made(bench: GuardedGallery) -> None:
    """It has the gallery's marks, if no version of it is older than they are."""
    bench.tags, bench.gallery_tags = {}, dict(MARKS)
    bench.blobs.blobs.clear()
    bench.guard.look_everywhere()
    assert bench.blobs.blobs == {}

    bench.versions.clear()
    bench.add("2.0.0")
    bench.guard.look_everywhere()

    assert bench.visible() == []


def test_all_records_are_lost(bench: GuardedGallery) -> None:
    """Where even the baseline is gone, long after set-up, everything that is visible is the new one."""
    bench.tags["imagegate-guarded-since"] = f"{OLD:%Y-%m-%dT%H:%M:%SZ}"
    bench.add("2.0.0")
    bench.blobs.blobs.clear()

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "2.0.0"]


def test_third_time_names_the_caller(bench: GuardedGallery, caplog: pytest.LogCaptureFixture) -> None:
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


def _let_the_pause_pass(bench: GuardedGallery) -> None:
    document = json.loads(bench.blobs.blobs["/records/golden/web/sightings.json"])
    for tally in document["hides"].values():
        tally["at"] = (datetime.fromisoformat(tally["at"]) - timedelta(hours=2)).isoformat()
    bench.blobs.write("/records/golden/web/sightings.json", json.dumps(document).encode())


def test_activity_log_that_may_not_be_read(bench: GuardedGallery, caplog: pytest.LogCaptureFixture) -> None:
    """The alert says so."""
    bench.add("2.0.0")
    bench.guard.look_everywhere()
    document = json.loads(bench.blobs.blobs["/records/golden/web/sightings.json"])
    for tally in document["hides"].values():
        tally["count"] = 2
    bench.blobs.write("/records/golden/web/sightings.json", json.dumps(document).encode())
    bench.add("2.0.0", published=NEW)
    _let_the_pause_pass(bench)

    bench.guard.look_everywhere()

    assert f"{ALERT}: hide golden/web/2.0.0" in caplog.text
    assert "Written last by caller unknown." in caplog.text


def test_look_that_fails_keeps_nothing_from_going_on(bench: GuardedGallery, caplog: pytest.LogCaptureFixture) -> None:
    """Without the records nothing is hidden, nothing is raised, and the log has a line for an alert."""
    bench.add("2.0.0")
    bench.blobs.refusals["GET", "records"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})

    bench.guard.look_everywhere()
    bench.guard.look_at(ResourceId.parse(DEFINITION))

    assert bench.visible() == ["1.0.0", "2.0.0"]
    assert caplog.text.count(ALERT) == 2


@pytest.mark.parametrize(("status", "asked"), [(403, 2), (500, 1)])
def test_service_that_is_down_is_not_asked_for_each_definition(bench: GuardedGallery, status: int, asked: int) -> None:
    """The timer has other work; a definition that may not be read does not hide the others."""
    definitions = [{"id": f"{GALLERY}/images/{name}", "tags": MARKS} for name in ("one", "two")]
    bench.wire.on("GET", f"{GALLERY}/images", Answer(body={"value": definitions}))
    refusal = Answer(status=status, body={"error": {"code": "Refused", "message": "sorry"}})
    bench.wire.on("GET", f"{GALLERY}/images/(one|two)/versions", refusal)

    bench.guard.look_everywhere()

    assert len({seen.path for seen in bench.wire.calls("GET", ".*/(one|two)/versions")}) == asked


def test_gallery_that_refuses(bench: GuardedGallery, caplog: pytest.LogCaptureFixture) -> None:
    """A change that is refused is an alert; another version is hidden all the same."""
    bench.add("2.0.0")
    bench.add("3.0.0")
    error = {"error": {"code": "RequestDisallowedByPolicy", "message": "no"}}
    bench.wire.on("PATCH", f"{DEFINITION}/versions/3.0.0", Answer(status=403, body=error))

    bench.guard.look_everywhere()

    assert bench.visible() == ["1.0.0", "3.0.0"]
    assert f"{ALERT}: golden/web/3.0.0 could not be changed" in caplog.text


def test_verdict_outlives_the_guard(bench: GuardedGallery) -> None:
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
