"""Real ARM traffic of the az CLI and the SDKs, played to the local cloud: its answers are Azure's, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from replay import Played, interactions
from replay_cloud import playing

_LIST = Path(__file__).parent / "arm_recordings_differences.json"
_CALLS_NOT_COMPARED = 51  # other hosts, operations that began before the recording, what absent operations make


@dataclass
class Ledger:
    """What was found over all recordings."""

    unlisted: list[str] = field(default_factory=list)
    met: set[int] = field(default_factory=set)
    compared: int = 0
    skipped: int = 0


@pytest.fixture(scope="module")
def ledger(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Every recording, each played to a cloud of its own."""
    listed = json.loads(_LIST.read_text())["differences"]
    ledger = Ledger()
    for path in sorted((corpus / "arm-recordings").glob("*.yaml")):
        with playing(tmp_path_factory.mktemp("replay")) as player:
            for played in player.play_seeded(list(interactions(path))):
                _judge(ledger, listed, path.name, played)
    return ledger


def _judge(ledger: Ledger, listed: list[Mapping[str, str]], name: str, played: Played) -> None:
    ledger.skipped += bool(played.skipped)
    ledger.compared += not played.skipped
    for found in played.found:
        entry = next((place for place, one in enumerate(listed) if _covers(one, played.route, found)), None)
        if entry is None:
            version = played.interaction.api_version
            ledger.unlisted.append(
                f"{found.kind}: {played.route} {found.place} ({version}, {name})\n"
                f"    recorded {str(found.recorded)[:200]}\n    ours     {str(found.ours)[:200]}"
            )
        else:
            ledger.met.add(entry)


def _covers(entry: Mapping[str, str], route: str, found: tuple[object, ...]) -> bool:
    kind, place = str(found[0]), str(found[1])
    literal = place.replace("[", "<").replace("]", ">")
    return (
        entry["kind"] in (kind, "*")
        and fnmatchcase(route, entry["route"])
        and fnmatchcase(literal, entry["place"].replace("[", "<").replace("]", ">"))
    )


def test_answers_are_the_recorded_ones(ledger: Ledger) -> None:
    """Status, headers and every field of every answer are Azure's, but for the differences that are listed."""
    assert not ledger.unlisted, f"{len(ledger.unlisted)} differences:\n" + "\n".join(sorted(set(ledger.unlisted)))


def test_listed_differences_are_there(ledger: Ledger) -> None:
    """No difference stays on the list once it is gone, and each says why it is there."""
    listed = json.loads(_LIST.read_text())["differences"]
    stale = [entry for place, entry in enumerate(listed) if place not in ledger.met]

    assert not stale, "no longer there: " + json.dumps(stale, indent=1)
    assert all(len(entry["reason"]) > 15 for entry in listed)


def test_nearly_every_call_is_compared(ledger: Ledger) -> None:
    """Calls that are not compared are few, so that a rule for leaving out cannot swallow the recordings."""
    assert ledger.compared > 790
    assert ledger.skipped <= _CALLS_NOT_COMPARED, ledger.skipped
