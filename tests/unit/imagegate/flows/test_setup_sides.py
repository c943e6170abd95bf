"""Whose jobs get identities."""

from pathlib import Path

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from image_settings import image_settings
from imagegate.flows.setup_sides import Sides, client_ids, make_main_identities
from imagegate.report.progress import Silent, Story
from imagegate.settings import Settings
from imagegate.steps.make_ci_identities import CiIdentity

DEPLOYMENT = ".*/deployments/imagegate-ci-identities"


class Noting(Silent):
    """Remembers notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """Remember it."""
        self.notes.append(text)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an image."""
    return image_settings(tmp_path, subscription_id=SUBSCRIPTION)


def _made(wire: Wire, clock: HandClock, settings: Settings, sides: Sides, *, verifies: bool) -> dict[str, CiIdentity]:
    names = ["imagegate-ci", *["imagegate-ci-verify"] * verifies]
    values = [{"clientId": f"client of {name}", "principalId": "p", "tenantId": "t"} for name in names]
    properties = {"provisioningState": "Succeeded", "outputs": {"identities": {"type": "Array", "value": values}}}
    wire.on("PUT", DEPLOYMENT, Answer(status=201, body={"id": "/d", "properties": {}}))
    wire.on("GET", DEPLOYMENT, Answer(body={"id": "/d", "properties": properties}))
    return make_main_identities(settings, cloud_on(wire), Story(Noting(), clock), sides, verifies=verifies)


@pytest.mark.parametrize(("verifies", "outputs"), [(True, ["ciClientId", "ciVerifyClientId"]), (False, ["ciClientId"])])
def test_a_job_verifies_only_without_a_function(
    wire: Wire, clock: HandClock, settings: Settings, *, verifies: bool, outputs: list[str]
) -> None:
    """With a Function no job has an identity that verifies."""
    jobs = _made(wire, clock, settings, Sides(repositories=("a/b",), refs=("refs/heads/main",)), verifies=verifies)

    assert sorted(client_ids(jobs)) == sorted([*outputs, "ciTenantId"])


def test_without_a_repository_there_is_none(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """Nobody is federated unasked."""
    assert _made(wire, clock, settings, Sides(refs=("refs/heads/main",)), verifies=True) == {}
    assert client_ids({}) == {}
    assert wire.seen == []


def test_a_pattern_of_refs_is_told(wire: Wire, clock: HandClock, settings: Settings) -> None:
    """Jobs on refs that only a pattern names cannot log in, and a line says what to do."""
    story = Story(told := Noting(), clock)
    sides = Sides(repositories=("a/b",), refs=("refs/heads/release/*",))

    assert make_main_identities(settings, cloud_on(wire), story, sides, verifies=True) == {}
    assert told.notes == ["no identity takes tokens of refs/heads/release/*: name single refs, or --environment"]
