"""Stamping a template."""

from typing import Any

import pytest

from imagegate.errors import InputError
from imagegate.model import SmokeSpec, Stamp
from imagegate.steps.stamp_template import stamped_body, stamped_distributors

STAMP = Stamp(repository="o/r", commit="c", ref="r", run="7", content_hash="h")
TARGETS: list[dict[str, Any]] = [
    {"type": "SharedImage", "runOutputName": "a", "artifactTags": {"os": "debian", "imagegate-run": "1"}},
    {"type": "VHD", "runOutputName": "b"},
]


def test_every_distributor_is_stamped() -> None:
    """Each distributor carries stamp and smoke part, its own tags stay, and an old stamp is replaced."""
    stamped = stamped_distributors(TARGETS, Stamp(commit="c"), SmokeSpec())

    assert [set(target["artifactTags"]) for target in stamped] == [
        {"os", "imagegate-commit", "imagegate-smoke-0"},
        {"imagegate-commit", "imagegate-smoke-0"},
    ]
    assert TARGETS[0]["artifactTags"]["imagegate-run"] == "1"


@pytest.mark.parametrize("given", [{}, {"excludeFromLatest": False}, {"excludeFromLatest": True}])
def test_no_version_is_visible_before_its_verdict(given: dict[str, bool]) -> None:
    """Every gallery distributor is sent with excludeFromLatest: true; a changed value is noted, and nothing else."""
    notes: list[str] = []
    targets = [{**TARGETS[0], **given}, TARGETS[1], {**TARGETS[0], "runOutputName": "c", "excludeFromLatest": True}]

    body = stamped_body({"properties": {"distribute": targets}}, STAMP, SmokeSpec(), note=notes.append)

    flags = [one.get("excludeFromLatest") for one in body["properties"]["distribute"]]
    assert flags == [True, None, True]
    changed = given != {"excludeFromLatest": True}
    assert notes == ["excludeFromLatest of a is sent as true: only a verified version becomes latest"] * changed


def test_the_job_starts_the_run_itself() -> None:
    """An enabled autoRun is sent as Disabled, with a note: its run would not be seen from its start."""
    notes: list[str] = []
    properties = {"distribute": TARGETS, "autoRun": {"state": "Enabled"}}

    body = stamped_body({"properties": properties, "tags": {"team": "web"}}, STAMP, SmokeSpec(), note=notes.append)

    assert body["properties"]["autoRun"] == {"state": "Disabled"}
    assert any(note.startswith("autoRun") for note in notes)
    assert body["tags"] == {"team": "web", **STAMP.to_tags()}


def test_more_tags_than_azure_takes() -> None:
    """Tags of the user that leave no room are a fault before anything is built."""
    many = [{"runOutputName": "a", "artifactTags": {f"t{n}": "x" for n in range(45)}}]

    with pytest.raises(InputError, match=r"distribute a: the versions would carry 51 tags; 45 is the most"):
        stamped_distributors(many, STAMP, SmokeSpec())
