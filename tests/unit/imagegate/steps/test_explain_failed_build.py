"""One sentence about a failed run."""

from typing import Any

import pytest

from azure_builds import put_build, template_body
from build_events import TEMPLATE
from fake_wire import Answer, Wire, cloud_on
from imagegate.steps.explain_failed_build import explain_failed_build

_JOB = {"template_id": TEMPLATE, "run_started_at": "2026-11-21T11:00:00+00:00"}
_NO_LOG = Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}})


def _explain(wire: Wire, template: dict[str, Any], job: dict[str, Any] = _JOB) -> dict[str, Any]:
    put_build(wire, template=template)
    wire.on("GET", "/subscriptions/.*/resourceGroups/IT_x/resources", _NO_LOG)
    return explain_failed_build(cloud_on(wire), job)


@pytest.mark.parametrize("times", [1, 2])
def test_message_of_the_run_is_enough(wire: Wire, times: int) -> None:
    """Without a log the run's own message is diagnosed; asked twice it says the same."""
    message = "Failed while waiting for packerizer: Timeout waiting for microservice to complete"

    found = [_explain(wire, template_body("Failed", message=message)) for _ in range(times)]

    assert {entry["state"] for entry in found} == {"failure"}
    assert found[0]["description"]


def test_cancelled_run_is_nobodys_failure(wire: Wire) -> None:
    """A cancelled run is an error of nobody, and its log is not looked for."""
    assert _explain(wire, template_body("Canceled")) == {"state": "error", "description": "The build was cancelled."}
    assert not wire.calls("GET", "/subscriptions/.*/resourceGroups/IT_x/resources")


def test_newer_run_is_not_explained(wire: Wire) -> None:
    """When the template has run again since, nothing can be said about the earlier run."""
    assert _explain(wire, template_body("Failed", started="2026-11-21T12:30:00Z"))["state"] == "none"


def test_template_that_is_gone_still_failed(wire: Wire) -> None:
    """A template that was deleted meanwhile leaves the failure without its cause."""
    wire.on("GET", TEMPLATE, Answer(status=404, body={"error": {"code": "NotFound", "message": "gone"}}))

    assert explain_failed_build(cloud_on(wire), _JOB)["state"] == "failure"
