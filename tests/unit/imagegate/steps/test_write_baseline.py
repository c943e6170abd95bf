"""The baseline of a definition."""

from datetime import UTC, datetime, timedelta

from build_events import DEFINITION
from fake_wire import Answer, Seen, Wire
from guarded_gallery import NEW, OLD, GuardedGallery
from imagegate.model import ResourceId
from imagegate.model.baseline import Baseline
from imagegate.steps.write_baseline import write_baseline


def _write(gallery: GuardedGallery) -> Baseline:
    now = datetime.now(UTC)
    versions = [gallery.version(number) for number in gallery.versions]
    definition = ResourceId.parse(DEFINITION)
    return write_baseline(gallery.records, definition, versions, since=now - timedelta(hours=1), now=now)


def test_once(wire: Wire) -> None:
    """What was published by the mark is in it with its flags; a later call changes nothing."""
    gallery = GuardedGallery(wire)
    gallery.add("1.0.0", published=OLD)
    gallery.add("1.0.1", published=OLD, visible=False)
    gallery.add("2.0.0", published=NEW)

    found = _write(gallery)
    gallery.versions.clear()

    assert _write(gallery) == found
    assert {edition.partition("/")[0]: sorted(entry.visible_in) for edition, entry in found.entries.items()} == {
        "1.0.0": ["westeurope"],
        "1.0.1": [],
    }


def test_another_look_is_quicker(wire: Wire) -> None:
    """Its baseline counts."""
    gallery = GuardedGallery(wire)
    gallery.add("1.0.0", published=OLD)
    put = gallery.blobs._put

    def quicker(seen: Seen) -> Answer:
        gallery.blobs.write(seen.path, b'{"schema": "imagegate.baseline.v1", "versions": {}}')
        return put(seen)

    wire.on("PUT", "/records/.+", quicker)

    assert _write(gallery).entries == {}
