"""A job whose identity is younger than its rights."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from image_settings import image_settings
from imagegate.errors import LoginFailed
from imagegate.steps.await_rights import await_rights
from imagegate.waiting import Deadline

JOB = {"GITHUB_ACTIONS": "true"}
REFUSED = Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "x"}})
FOUND = Answer(body={"properties": {"provisioningState": "Succeeded", "outputs": {}}})
_GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourcegroups"
_FOUNDATION = "providers/Microsoft.Resources/deployments/imagegate-foundation"
MAIN, OTHER = f"{_GROUPS}/rg/{_FOUNDATION}", f"{_GROUPS}/rg-pull-requests/{_FOUNDATION}"

type Await = Callable[[dict[str, str]], list[str]]


@pytest.fixture
def awaited(wire: Wire, clock: HandClock, tmp_path: Path) -> Await:
    """Wait in an environment; the notes."""
    azure = image_settings(tmp_path, subscription_id=SUBSCRIPTION).azure

    def wait(environment: dict[str, str]) -> list[str]:
        notes: list[str] = []
        deadline = Deadline.after(1800, clock)
        await_rights(cloud_on(wire), azure, environment, deadline=deadline, note=notes.append)
        return notes

    return wait


@pytest.mark.parametrize("side", [MAIN, OTHER])
def test_rights_that_arrive(wire: Wire, clock: HandClock, awaited: Await, side: str) -> None:
    """The first look at either side that is answered ends the wait, and one line says what was waited for."""
    for path in (MAIN, OTHER):
        wire.on("GET", path, REFUSED, REFUSED, FOUND if path == side else REFUSED)

    notes = awaited(JOB)

    assert notes == ["waiting for the rights of this job's identity, which may be new, to take effect, 2m at most"]
    assert 0 < sum(clock.slept) <= 10


def test_rights_that_never_arrive(wire: Wire, clock: HandClock, awaited: Await) -> None:
    """After two minutes the job goes on, and is refused where it matters."""
    for path in (MAIN, OTHER):
        wire.on("GET", path, REFUSED)

    awaited(JOB)

    assert sum(clock.slept) == pytest.approx(120)


def test_rights_that_are_there(wire: Wire, clock: HandClock, awaited: Await) -> None:
    """Nothing is waited for, and main's side is asked once."""
    wire.on("GET", MAIN, FOUND)

    assert awaited(JOB) == []
    assert (len(wire.seen), clock.slept) == (1, [])


def test_no_job(wire: Wire, awaited: Await) -> None:
    """Who sits at a terminal reads the refusal at once."""
    assert awaited({}) == []
    assert wire.seen == []


def test_a_login_that_fails(wire: Wire, clock: HandClock, awaited: Await) -> None:
    """Waiting cannot help there."""
    refused = Answer(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "x"}})
    wire.on("GET", MAIN, refused)

    with pytest.raises(LoginFailed):
        awaited(JOB)

    assert clock.slept == []
