"""The final object of a trial."""

from typing import Any

import pytest

from localazure.trial.outcome import Outcome
from localazure.trial.processes import CommandResult


def _result(exit_code: int = 0, **document: Any) -> CommandResult:  # noqa: ANN401 - any JSON
    return CommandResult(exit_code=exit_code, document=document, seconds=1.25)


def test_passing_trial() -> None:
    """Verdict, probes and logs come from the commands that know them; created resources are joined."""
    outcome = Outcome(folder="image", tier="kvm")
    outcome.add("build", _result(image_version_id="/v/1", customization_log="c.log", resources_created=["/template"]))
    outcome.add("verify", _result(verdict="passed", teardown="complete", serial_log="s.log", resources_created=["/vm"]))

    document = outcome.document()

    assert document["verdict"] == "passed"
    assert document["image_version_id"] == "/v/1"
    assert document["resources_created"] == ["/template", "/vm"]
    assert (document["customization_log"], document["serial_log"]) == ("c.log", "s.log")
    assert (document["failed_command"], document["exit_code"]) == (None, 0)


@pytest.mark.parametrize("failing", ["setup", "build", "verify"])
def test_first_failure_decides(failing: str) -> None:
    """The exit code is that of the command that failed, and its error is handed on."""
    outcome = Outcome(folder="image")
    for name in ("setup", "build", "verify"):
        if name == failing:
            outcome.add(name, _result(3, error={"code": "BuildFailed"}))
            break
        outcome.add(name, _result())

    document = outcome.document()

    assert document["exit_code"] == 3
    assert document["failed_command"] == failing
    assert document["error"] == {"code": "BuildFailed"}


def test_timings_stand_in_the_order_of_time() -> None:
    """A command's own seconds stand below what the whole command took; its own total says nothing more."""
    outcome = Outcome(folder="image")
    outcome.timings_s["start_cloud"] = 2.0
    outcome.add("setup", _result(timings_s={"providers": 0.1, "groups": 0.2, "total": 0.3}))
    outcome.add("build", _result(timings_s={"submit": 0.5, "run": 0.25}))
    outcome.timings_s["total"] = 9.0

    assert list(outcome.document()["timings_s"].items()) == [
        ("start_cloud", 2.0),
        ("setup", 1.25),
        ("setup.providers", 0.1),
        ("setup.groups", 0.2),
        ("build", 1.25),
        ("build.submit", 0.5),
        ("build.run", 0.25),
        ("total", 9.0),
    ]
