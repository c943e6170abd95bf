"""Reading the events of a build."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_events import (
    RUN_OPERATION,
    TEMPLATE,
    VERSION,
    VERSION_OPERATION,
    about,
    as_cloud_event,
    run_event,
    text,
    version_event,
)
from imagegate.model import ResourceId
from imagegate.model.build_event import BuildEvent, Happening, Refusal, parse_build_events

_SCHEMAS = ("event-grid-schema", "cloud-events-schema")


def _sample(corpus: Path, schema: str, name: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads((corpus / "event-samples" / "rest-specs" / "Resources" / schema / f"{name}.json").read_text())


def _one(raw: str | bytes) -> BuildEvent | Refusal:
    (found,) = parse_build_events(raw)
    return found


@pytest.mark.parametrize("schema", _SCHEMAS)
@pytest.mark.parametrize("outcome", ["success", "failure", "cancel"])
def test_end_of_a_run_is_read_in_both_schemas(corpus: Path, schema: str, outcome: str) -> None:
    """The published sample, spoken of a template's run, is read with its outcome, whatever its `status` says."""
    found = _one(text(about(_sample(corpus, schema, f"resource_action_{outcome}"), TEMPLATE, RUN_OPERATION)))

    assert isinstance(found, BuildEvent)
    assert found.happening is Happening.RUN_ENDED
    assert found.outcome.lower() == outcome
    assert str(found.resource_id) == TEMPLATE


@pytest.mark.parametrize("schema", _SCHEMAS)
@pytest.mark.parametrize("outcome", ["success", "failure", "cancel"])
def test_write_of_a_version_is_read_in_both_schemas(corpus: Path, schema: str, outcome: str) -> None:
    """The published sample, spoken of a gallery version, is read with its outcome."""
    found = _one(text(about(_sample(corpus, schema, f"resource_write_{outcome}"), VERSION, VERSION_OPERATION)))

    assert isinstance(found, BuildEvent)
    assert found.happening is Happening.VERSION_WRITTEN
    assert found.outcome.lower() == outcome


def test_every_published_event_of_others_is_foreign(corpus: Path) -> None:
    """No sample speaks of a build, and each is refused as foreign, not as malformed."""
    folder = corpus / "event-samples" / "rest-specs"

    kinds = {path.name: _one(path.read_bytes()) for path in folder.rglob("*.json")}

    assert len(kinds) >= 9
    assert {found.kind for found in kinds.values() if isinstance(found, Refusal)} == {"foreign"}


def test_oldest_shape_is_read(corpus: Path) -> None:
    """Claims, authorization and request as texts, and an empty data version, do not matter."""
    (sample,) = json.loads((corpus / "event-samples" / "docs" / "write-success-2017-strings.json").read_text())

    found = _one(text([about(sample, VERSION, VERSION_OPERATION)]))

    assert isinstance(found, BuildEvent)
    assert found.id == sample["id"]


def test_trailing_comma_is_malformed(corpus: Path) -> None:
    """What the documentation once printed is not JSON, and is refused as such."""
    raw = (corpus / "event-samples" / "docs" / "write-success-2017-trailing-comma.txt").read_bytes()

    found = _one(raw)

    assert isinstance(found, Refusal)
    assert found.kind == "malformed"


def test_capitals_mean_nothing() -> None:
    """Ids, types and operations are recognised in any capitals; the id keeps its own."""
    event = version_event(subject=VERSION.upper())
    event["eventType"] = event["eventType"].upper()
    event["data"]["operationName"] = VERSION_OPERATION.lower()

    found = _one(text(event))

    assert isinstance(found, BuildEvent)
    assert found.resource_id == ResourceId.parse(VERSION)


def test_every_event_of_an_array_is_read() -> None:
    """A delivery may hold several events; a bad one among them leaves the others."""
    found = parse_build_events(text([run_event(), 7, as_cloud_event(version_event())]))

    assert [type(entry).__name__ for entry in found] == ["BuildEvent", "Refusal", "BuildEvent"]


def test_subject_with_the_action_is_understood() -> None:
    """A subject that ends in the action's name speaks of the template."""
    found = _one(text(run_event(subject=f"{TEMPLATE}/run")))

    assert isinstance(found, BuildEvent)
    assert str(found.resource_id) == TEMPLATE


@pytest.mark.parametrize(
    "change",
    [
        {"id": 7},
        {"id": ""},
        {"eventType": None},
        {"data": "text"},
        {"data": None},
        {"subject": VERSION + "/../../../../x"},
        {"subject": f"{VERSION}?x=1"},
        {"subject": VERSION.rsplit("/images/", 1)[0]},
        {"subject": "https://example.com/"},
    ],
    ids=lambda change: f"{next(iter(change))}={next(iter(change.values()))!s:.20}",
)
def test_unusable_event_is_malformed(change: dict[str, Any]) -> None:
    """What lacks a part, or whose subject is no version that could stand in a URL, is refused."""
    found = _one(text({**version_event(), **change}))

    assert isinstance(found, Refusal)
    assert found.kind == "malformed"


def test_other_cloud_events_version_is_malformed() -> None:
    """Only CloudEvents 1.0 is understood."""
    found = _one(text({**as_cloud_event(run_event()), "specversion": "0.3"}))

    assert isinstance(found, Refusal)
    assert "1.0" in found.reason


def test_refusal_holds_no_claims() -> None:
    """Nothing of the caller's claims is in what is logged about a refused event."""
    event = version_event(subject="nothing")

    found = _one(text(event))

    assert "A Person" not in str(found)
    assert "192.0.2.7" not in str(found)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(raw=st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_answered(raw: str | bytes) -> None:
    """Whatever comes in, something is returned and nothing raised."""
    assert parse_build_events(raw)


@given(
    changes=st.dictionaries(st.sampled_from(["id", "eventType", "subject", "data", "specversion", "eventTime"]), _JSON)
)
def test_any_change_of_an_event_is_answered(changes: dict[str, Any]) -> None:
    """An event with any part replaced by anything is read or refused, never raised upon."""
    found = _one(text({**run_event(), **changes}))

    assert isinstance(found, BuildEvent | Refusal)
