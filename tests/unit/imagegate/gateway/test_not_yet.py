"""Which refusals mean "not yet", and how long they may."""

import pytest

from fake_wire import HandClock
from imagegate.errors import ImageGateError, LoginFailed, NotAuthorised, ServiceRefused
from imagegate.gateway import not_yet
from imagegate.gateway.arm_errors import parse_error
from imagegate.gateway.not_yet import NotYet, Patience
from imagegate.waiting import Deadline

AWAITED = NotYet(awaited="the moon", at_most_s=60)


def _failed(*codes: str) -> dict[str, object]:
    return {"code": "DeploymentFailed", "message": "x", "details": [{"code": code, "message": "y"} for code in codes]}


@pytest.mark.parametrize(
    ("codes", "awaited"),
    [
        (["PrincipalNotFound"], "the directory to know a new identity"),
        (["RoleDefinitionDoesNotExist", "PrincipalNotFound"], "a new role to be known"),
        (["Managed Identity Authorization Error"], "new role assignments to take effect"),
        (["PrincipalNotFound", "RequestDisallowedByPolicy"], None),
        (["QuotaExceeded"], None),
        ([], None),
    ],
)
def test_failed_deployment(codes: list[str], awaited: str | None) -> None:
    """A deployment is waited for where each of its causes goes away by itself; one that stays makes it final."""
    found = not_yet.of_deployment(parse_error(_failed(*codes)))

    assert (found.awaited if found else None) == awaited


@pytest.mark.parametrize(
    ("refusal", "waits"),
    [
        (ServiceRefused("x", status=503), True),
        (ServiceRefused("x", status=409), True),
        (ServiceRefused("x", status=400), False),
        (NotAuthorised("x"), True),
        (NotAuthorised("x", action="Microsoft.Web/sites/publish/action"), False),
        (LoginFailed("x"), False),
    ],
)
def test_host_of_a_new_app(refusal: ImageGateError, waits: bool) -> None:
    """A new app's host answers 503, 403 and 409 at first; a missing action, a failed login, a bad request are final."""
    assert (not_yet.of_host(refusal) is not None) is waits


@pytest.mark.parametrize(
    ("message", "waits"),
    [
        ("InaccessibleStorageException: Failed to access storage account for deployment", True),
        ("[StorageAccessibleCheck] BlobUploadFailedException: 403", True),
        ("No matching distribution found for azure-functions==2.3.0", False),
    ],
)
def test_ended_publication(message: str, waits: bool) -> None:
    """A package that could not be put into the app's own storage is published again; a broken one is not."""
    assert (not_yet.of_publication(message) is not None) is waits


def test_told_once_and_given_up(clock: HandClock) -> None:
    """What is waited for is told once; after its limit the refusal is final, before the deadline."""
    notes: list[str] = []
    patience = Patience(deadline=Deadline.after(600, clock), note=notes.append)

    while patience.wait(AWAITED):
        assert len(clock.slept) < 100

    assert notes == ["waiting for the moon, 1m at most"]
    assert sum(clock.slept) == 60


def test_never_beyond_the_deadline(clock: HandClock) -> None:
    """A deadline that is nearer ends it, without another attempt; a refusal that is final is not waited for at all."""
    patience = Patience(deadline=Deadline.after(10, clock), note=lambda _text: None)

    assert not patience.wait(None)
    while patience.wait(AWAITED):
        assert sum(clock.slept) < 10

    assert sum(clock.slept) == 10
