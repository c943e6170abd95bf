"""Publishing the Function's code."""

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.errors import ServiceRefused
from imagegate.gateway.function_code import FunctionPackage
from imagegate.model import ResourceId
from imagegate.steps.publish_function_code import publish_function_code
from imagegate.waiting import Deadline

SITE = ResourceId.of(SUBSCRIPTION, "rg", "Microsoft.Web/sites", "gate")
PACKAGE = FunctionPackage(content=b"PK", names=())
_ABSENT = Answer(status=404, body={"error": {"code": "NotFound", "message": "not yet"}})


@pytest.fixture
def app(wire: Wire) -> Wire:
    """A site that takes a package."""
    wire.on("GET", SITE.text, Answer(body={"properties": {"enabledHostNames": ["gate.scm.example"]}}))
    wire.on("POST", "/api/publish", Answer(status=202, body='"d-1"'))
    return wire


def test_waits_for_the_build_and_the_functions(app: Wire, clock: HandClock) -> None:
    """It is over when the build is, and the function that events go to has been found."""
    running, done = Answer(status=202, body={"status": 1}), Answer(body={"status": 4})
    app.on("GET", "/api/deployments/d-1", running, running, done)
    app.on("GET", f"{SITE}/functions/on_build_event", _ABSENT, Answer(body={}))

    found = publish_function_code(cloud_on(app), SITE, PACKAGE, deadline=Deadline.after(600, clock))

    assert found == "d-1"
    assert len(app.calls("GET", "/api/deployments/d-1")) == 3
    assert len(app.calls("GET", f"{SITE}/functions/on_build_event")) == 2


def test_failed_build(app: Wire, clock: HandClock) -> None:
    """A build that failed is told in the service's words, with where its log is."""
    app.on("GET", "/api/deployments/d-1", Answer(body={"status": 3, "message": "No matching distribution"}))

    with pytest.raises(ServiceRefused, match="No matching distribution") as refused:
        publish_function_code(cloud_on(app), SITE, PACKAGE, deadline=Deadline.after(600, clock))

    assert "/api/deployments/d-1/log" in (refused.value.hint or "")


def _publish(app: Wire, clock: HandClock, notes: list[str]) -> str:
    deadline = Deadline.after(1200, clock)
    return publish_function_code(cloud_on(app), SITE, PACKAGE, deadline=deadline, note=notes.append)


@pytest.mark.parametrize("status", [403, 409, 503])
def test_new_app_that_takes_nothing_yet(app: Wire, clock: HandClock, status: int) -> None:
    """The host of a new app refuses at first; the package is handed over again, and one line says why."""
    refusals = [Answer(status=status, body="Site is starting")] * 12  # the SDK itself asks four times at 503
    app.on("POST", "/api/publish", *refusals, Answer(status=202, body='"d-1"'))
    app.on("GET", "/api/deployments/d-1", Answer(body={"status": 4}))
    app.on("GET", f"{SITE}/functions/on_build_event", Answer(body={}))
    notes: list[str] = []

    assert _publish(app, clock, notes) == "d-1"
    assert notes == ["waiting for the host of the new app to take packages, 10m at most"]


def test_storage_that_the_app_may_not_write_yet(app: Wire, clock: HandClock) -> None:
    """A publication that failed at the app's own storage is begun anew: its role assignment was on its way."""
    refused = "InaccessibleStorageException: Failed to access storage account for deployment: BlobUploadFailedException"
    app.on("POST", "/api/publish", Answer(status=202, body='"d-1"'), Answer(status=202, body='"d-2"'))
    app.on("GET", "/api/deployments/d-1", Answer(body={"status": 3, "message": refused}))
    app.on("GET", "/api/deployments/d-2", Answer(body={"status": 4}))
    app.on("GET", f"{SITE}/functions/on_build_event", Answer(body={}))
    notes: list[str] = []

    assert _publish(app, clock, notes) == "d-2"
    assert notes == ["waiting for the app's right to its storage to take effect, 10m at most"]


def test_published_in_part(app: Wire, clock: HandClock) -> None:
    """A success in part is a success, and says where its log is."""
    app.on("GET", "/api/deployments/d-1", Answer(body={"status": 6, "message": "one instance is old"}))
    app.on("GET", f"{SITE}/functions/on_build_event", Answer(body={}))
    notes: list[str] = []

    assert _publish(app, clock, notes) == "d-1"
    assert notes == [
        "published in part: one instance is old; the whole log: https://gate.scm.example/api/deployments/d-1/log"
    ]
