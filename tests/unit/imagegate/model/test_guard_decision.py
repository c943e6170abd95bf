"""What the guard does about the versions of one definition: a row of the contract a test."""

from datetime import timedelta

import pytest

from guard_bench import NOW, GuardedDefinition, seen
from imagegate.model.guard_decision import Act
from imagegate.model.sightings import Sightings
from imagegate.model.version_record import Standing

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def gate() -> GuardedDefinition:
    """A definition where 1.0.0 was visible from the beginning."""
    found = GuardedDefinition()
    found.put(seen("1.0.0"))
    found.begin()
    return found


def test_ten_versions_made_by_hand_stay_as_they_are() -> None:
    """What was there when the guard began stays, visible or hidden."""
    gate = GuardedDefinition()
    gate.put(*(seen(f"1.0.{number}", visible=number % 3 > 0) for number in range(10)))
    gate.begin()

    assert gate.look() == []
    assert gate.look(after=_DAY) == []


@pytest.mark.parametrize("tags", [{}, {"imagegate-verdict": "passed"}, {"owner": "somebody"}])
def test_visible_without_a_record_is_hidden(gate: GuardedDefinition, tags: dict[str, str]) -> None:
    """Whoever made it and whatever its tags say; it is said why."""
    gate.put(seen("2.0.0", published=NOW, tags=tags))

    (action,) = gate.decide()

    assert (action.act, action.version.version, action.whole) == (Act.HIDE, "2.0.0", True)
    assert action.reason == "no record says that it was promoted"


def test_visible_in_one_region_is_visible(gate: GuardedDefinition) -> None:
    """One region that shows it is enough."""
    gate.put(seen("2.0.0", regions={"West Europe": False, "North Europe": True}, published=NOW))

    assert gate.look() == ["hide 2.0.0"]


@pytest.mark.parametrize("standing", [Standing.PROMOTED, Standing.PROMOTING])
def test_promoted_versions_stay(gate: GuardedDefinition, standing: Standing) -> None:
    """What was promoted, or is being promoted in this moment, is left alone."""
    promoted = seen("2.0.0", published=NOW)
    gate.put(promoted)
    gate.record(promoted, standing)

    assert gate.look() == []


@pytest.mark.parametrize("verdict", ["", "passed", "failed"])
def test_a_verdict_is_no_promotion(gate: GuardedDefinition, verdict: str) -> None:
    """A version that passed and was not promoted is hidden, too."""
    version = seen("2.0.0", published=NOW)
    gate.put(version)
    gate.record(version, Standing.RECORDED, verdict=verdict)

    assert gate.look() == ["hide 2.0.0"]


def test_what_was_withdrawn_counts_as_new(gate: GuardedDefinition) -> None:
    """A version of the baseline, too, once somebody took it back."""
    gate.put(seen("1.1.0", published=NOW - _DAY))
    gate.begin()
    gate.record(gate.versions["1.1.0"], Standing.WITHDRAWN)

    (action,) = gate.decide()

    assert (action.act, action.version.version) == (Act.HIDE, "1.1.0")
    assert action.reason == "it was withdrawn by ada: CVE"


def test_what_was_hidden_since_counts_as_new(gate: GuardedDefinition) -> None:
    """A version of the baseline that a look saw hidden is hidden again when somebody shows it."""
    gate.put(seen("1.1.0", published=NOW - _DAY))
    gate.begin()
    gate.flag("1.1.0", visible=False)
    assert gate.look() == []
    gate.flag("1.1.0", visible=True)

    assert gate.look() == ["hide 1.1.0"]


def test_region_that_was_hidden_from_the_beginning(gate: GuardedDefinition) -> None:
    """A version of the baseline is hidden in the regions in which it was hidden, and stays visible in its others."""
    gate.put(seen("1.0.0", regions={"West Europe": True, "North Europe": False}))
    gate.begin()
    gate.flag("1.0.0", visible=True)

    (action,) = gate.decide()

    assert (action.act, action.regions, action.whole) == (Act.HIDE, frozenset({"northeurope"}), False)


def test_region_that_was_added_later(gate: GuardedDefinition) -> None:
    """A version of the baseline may be replicated to further regions."""
    gate.put(seen("1.0.0", regions={"West Europe": True, "North Europe": True}))

    assert gate.look() == []


def test_hide_the_good_and_publish_the_bad(gate: GuardedDefinition) -> None:
    """The newest promoted version is shown first, then the other one is hidden: latest is never empty."""
    for number in ("2.0.0", "2.1.0", "2.2.0"):
        version = seen(number, visible=False, published=NOW)
        gate.put(version)
        gate.record(version, Standing.WITHDRAWN if number == "2.2.0" else Standing.PROMOTED)
    gate.flag("1.0.0", visible=False)
    gate.put(seen("9.0.0", published=NOW))

    assert gate.look() == ["show 2.1.0", "wait 9.0.0"]
    assert gate.look(after=_MINUTE) == ["hide 9.0.0"]
    assert [name for name, one in gate.versions.items() if one.visible_in] == ["2.1.0"]


def test_hide_the_baseline_and_publish_the_bad(gate: GuardedDefinition) -> None:
    """Where nothing was promoted yet, what was visible from the beginning is shown again."""
    gate.flag("1.0.0", visible=False)
    gate.put(seen("9.0.0", published=NOW))

    assert gate.look() == ["show 1.0.0", "wait 9.0.0"]
    assert gate.look(after=_MINUTE) == ["hide 9.0.0"]
    assert gate.look(after=_MINUTE) == []


def test_what_was_withdrawn_is_not_shown_in_its_stead(gate: GuardedDefinition) -> None:
    """A version that somebody took back stays hidden, even where latest is then empty."""
    gate.record(gate.versions["1.0.0"], Standing.WITHDRAWN)
    gate.flag("1.0.0", visible=False)
    gate.put(seen("9.0.0", published=NOW))

    (action,) = gate.decide()

    assert (action.act, action.version.version) == (Act.HIDE, "9.0.0")
    assert action.reason.endswith("latest is then empty in westeurope")


def test_version_that_is_being_shown_is_waited_for(gate: GuardedDefinition) -> None:
    """Until the gallery has shown it the other one stays: flags are written before they count."""
    good = seen("2.0.0", visible=False, published=NOW)
    gate.put(good, seen("9.0.0", published=NOW))
    gate.flag("1.0.0", visible=False)
    gate.record(good, Standing.PROMOTED)
    assert gate.look() == ["show 2.0.0", "wait 9.0.0"]

    gate.put(seen("2.0.0", state="Updating", published=NOW))
    assert gate.look() == ["wait 9.0.0"]
    gate.put(seen("2.0.0", published=NOW))
    assert gate.look() == ["hide 9.0.0"]


def test_good_version_that_is_hidden_again_and_again(gate: GuardedDefinition) -> None:
    """Somebody who hides the good one after each look does not keep the bad one visible for ever."""
    gate.put(seen("9.0.0", published=NOW))
    for _ in range(3):
        gate.flag("1.0.0", visible=False)
        assert gate.look(after=_MINUTE) == ["show 1.0.0", "wait 9.0.0"]
    gate.flag("1.0.0", visible=False)

    assert gate.look(after=_MINUTE) == ["show 1.0.0", "hide 9.0.0"]


def test_first_promotion_is_not_there_yet() -> None:
    """A definition that never had a good version hides the other one, and says that latest is empty."""
    gate = GuardedDefinition()
    gate.begin()
    gate.put(seen("1.0.0", published=NOW))

    (action,) = gate.decide()

    assert action.act is Act.HIDE
    assert action.reason == "no record says that it was promoted; latest is then empty in westeurope"


def test_first_promotion() -> None:
    """The version that was hidden once and is promoted then stays visible."""
    gate = GuardedDefinition()
    gate.put(seen("1.0.0", published=NOW))
    assert gate.look() == ["hide 1.0.0"]
    gate.record(gate.versions["1.0.0"], Standing.PROMOTED)
    gate.flag("1.0.0", visible=True)

    assert gate.look(after=_MINUTE) == []
    assert gate.sightings.hides == {}


def test_promoted_in_the_moment_in_which_it_is_hidden() -> None:
    """The guard's own change came after the promotion: it is taken back."""
    gate = GuardedDefinition()
    gate.put(seen("1.0.0", published=NOW))
    gate.look()
    gate.record(gate.versions["1.0.0"], Standing.PROMOTED)

    assert gate.look() == ["show 1.0.0"]
    assert gate.look() == []


def test_restored(gate: GuardedDefinition) -> None:
    """A version of the baseline that was deleted and brought back counts as new; a promoted one does not."""
    promoted = seen("2.0.0", published=NOW)
    gate.put(promoted)
    gate.record(promoted, Standing.PROMOTED)
    first = gate.versions.pop("1.0.0")
    gate.versions.pop("2.0.0")
    gate.look()
    gate.put(first, promoted)

    assert gate.look() == ["hide 1.0.0"]


def test_version_that_a_list_left_out(gate: GuardedDefinition) -> None:
    """A version that is there, though a list lacks it, keeps its place in the baseline."""
    missing = gate.versions.pop("1.0.0")
    gate.unlisted.add(missing.edition)
    assert gate.look() == []
    gate.put(missing)

    assert gate.look() == []


def test_made_again_under_its_number(gate: GuardedDefinition) -> None:
    """Neither a record nor the baseline speaks of a version that was published anew."""
    promoted = seen("2.0.0", published=NOW - _DAY)
    gate.record(promoted, Standing.PROMOTED)
    gate.put(seen("2.0.0", published=NOW))
    gate.put(seen("1.0.0", published=NOW))

    assert gate.look() == ["hide 2.0.0", "hide 1.0.0"]


def test_lost_records(gate: GuardedDefinition) -> None:
    """A version that looks saw visible for over a day and whose record is gone is reported, and stays."""
    promoted = seen("2.0.0", published=NOW)
    gate.put(promoted)
    gate.record(promoted, Standing.PROMOTED)
    gate.look()
    gate.records.clear()

    assert gate.look(after=_DAY + _MINUTE) == ["report 2.0.0"]
    (action,) = gate.decide()
    assert action.alert
    assert action.reason == "no record says that it was promoted, but it is visible since 2026-11-21"


def test_record_that_is_there_is_not_lost(gate: GuardedDefinition) -> None:
    """However long a version was visible: a record that speaks of no promotion is an answer."""
    promoted = seen("2.0.0", published=NOW)
    gate.put(promoted)
    gate.record(promoted, Standing.PROMOTED)
    gate.look()
    gate.record(promoted, Standing.RECORDED, verdict="passed")

    assert gate.look(after=2 * _DAY) == ["hide 2.0.0"]


def test_records_lost_within_a_day(gate: GuardedDefinition) -> None:
    """What was visible for less than a day is hidden."""
    promoted = seen("2.0.0", published=NOW)
    gate.put(promoted)
    gate.record(promoted, Standing.PROMOTED)
    gate.look()
    gate.records.clear()

    assert gate.look(after=_DAY - _MINUTE) == ["hide 2.0.0"]


def test_version_that_cannot_be_hidden_for_a_day(gate: GuardedDefinition) -> None:
    """Somebody who keeps the gallery from hiding it gains nothing: such looks do not count as seeing it visible."""
    gate.put(seen("2.0.0", state="Updating", published=NOW))
    for _ in range(30):
        assert gate.look(after=timedelta(hours=1)) == ["wait 2.0.0"]
    gate.put(seen("2.0.0", published=NOW))

    assert gate.look() == ["hide 2.0.0"]


def test_somebody_who_keeps_setting_the_flag(gate: GuardedDefinition) -> None:
    """Hiding repeats with a growing pause and never ends; from the third time on it is an alert."""
    gate.put(seen("2.0.0", published=NOW))
    alerts, pauses = [], []
    for _ in range(9):
        waited = 0
        while gate.look(after=_MINUTE if waited else timedelta(0)) != ["hide 2.0.0"]:
            waited += 1
            assert waited < 100
        pauses.append(waited)
        gate.flag("2.0.0", visible=True)
        gate.now += _MINUTE
        alerts.append(gate.sightings.hides[gate.versions["2.0.0"].edition].count)

    assert pauses == sorted(pauses)
    assert pauses[1] == 0
    assert 50 < pauses[-1] <= 60
    assert alerts == list(range(1, 10))


def test_third_time_is_an_alert(gate: GuardedDefinition) -> None:
    """Not before: somebody may have set the flag by mistake."""
    found = []
    for _ in range(4):
        gate.put(seen("2.0.0", published=NOW))
        gate.now += timedelta(hours=2)
        found += [one.alert for one in gate.decide()]
        gate.look()

    assert found == [False, False, True, True]


@pytest.mark.parametrize("state", ["Creating", "Updating", "Failed"])
def test_version_that_refuses_a_change_is_waited_for(gate: GuardedDefinition, state: str) -> None:
    """The next look tries again."""
    gate.put(seen("2.0.0", state=state, published=NOW))

    assert gate.look() == ["wait 2.0.0"]


@pytest.mark.parametrize("state", ["Deleting", "Deleted"])
def test_version_that_is_deleted_is_skipped(gate: GuardedDefinition, state: str) -> None:
    """Softly deleted ones, too."""
    gate.put(seen("2.0.0", state=state, published=NOW))

    assert gate.look() == []


def test_version_that_is_not_published_yet_is_skipped(gate: GuardedDefinition) -> None:
    """It has no date, so no record can speak of it."""
    version = seen("2.0.0", state="Creating", published=NOW)
    gate.put(type(version)(**{**vars(version), "published_at": None}))

    assert gate.look() == []


def test_mode_report(gate: GuardedDefinition) -> None:
    """Everything is said and nothing done; what stayed visible for a day is not hidden when the mode changes."""
    gate.put(seen("2.0.0", published=NOW))

    (action,) = gate.decide(enforce=False)

    assert (action.only_reported, action.alert) == (True, False)
    assert str(action) == "would hide golden/web/2.0.0: no record says that it was promoted."
    gate.look(enforce=False)
    assert gate.versions["2.0.0"].visible_in
    assert gate.look(enforce=True, after=2 * _DAY) == ["report 2.0.0"]


def test_sightings_can_be_stored(gate: GuardedDefinition) -> None:
    """What is remembered comes back from its document as it was."""
    gate.put(seen("2.0.0", published=NOW))
    gate.flag("1.0.0", visible=False)
    gate.look()
    gate.look(after=_MINUTE)

    assert gate.sightings.hides
    assert Sightings.from_json(gate.sightings.to_json()) == gate.sightings
    assert type(gate.baseline).from_json(gate.baseline.to_json()) == gate.baseline
