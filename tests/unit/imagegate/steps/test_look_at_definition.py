"""What a look reads."""

from datetime import UTC, datetime

from build_events import DEFINITION
from fake_wire import Wire, cloud_on
from guarded_gallery import OLD, RECORDS, GuardedGallery
from imagegate.gateway.build_state import BuildState
from imagegate.model import ResourceId
from imagegate.model.version_record import Standing
from imagegate.steps.look_at_definition import Seen, look_at_definition


def _look(gallery: GuardedGallery) -> Seen | None:
    state = BuildState(cloud_on(gallery.wire))
    definition = state.definition(ResourceId.parse(DEFINITION))
    assert definition is not None
    now = datetime.now(UTC)
    return look_at_definition(state, gallery.records, definition, records_url=RECORDS, named=(), now=now)


def test_records_are_read_once_and_when_asked_for(wire: Wire) -> None:
    """A version without a record has none; a record is not read again in the same look."""
    gallery = GuardedGallery(wire)
    gallery.add("1.0.0", published=OLD)
    gallery.add("2.0.0", published=OLD)
    gallery.decide("2.0.0", Standing.PROMOTED)
    seen = _look(gallery)
    assert seen is not None
    before = len(wire.seen)

    first, second = (seen.look.record_of(gallery.version(number)) for number in ("1.0.0", "2.0.0"))
    seen.look.record_of(gallery.version("2.0.0"))

    assert first is None
    assert second is not None
    assert second.standing is Standing.PROMOTED
    assert len(wire.seen) - before == 2


def test_what_a_list_lacks_is_asked_for(wire: Wire) -> None:
    """Only what is not there, or was made again, is gone."""
    gallery = GuardedGallery(wire)
    for number in ("1.0.0", "1.0.1"):
        gallery.add(number, published=OLD)
    _look(gallery)
    edition = gallery.version("1.0.1").edition
    gallery.listed = ()
    del gallery.versions["1.0.1"]

    seen = _look(gallery)

    assert seen is not None
    assert seen.look.gone == {edition}


def test_definition_of_others(wire: Wire) -> None:
    """It is not guarded, and nothing is written about it."""
    gallery = GuardedGallery(wire)
    gallery.tags = {}

    assert _look(gallery) is None
    assert gallery.blobs.blobs == {}
