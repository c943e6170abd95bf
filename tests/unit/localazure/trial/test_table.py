"""The end of a trial as a person reads it."""

import io
from typing import Any

from rich.console import Console

from localazure.trial.table import print_outcome


def _printed(**changes: Any) -> str:  # noqa: ANN401 - any JSON
    document = {
        "verdict": "passed",
        "reason": "Apache answered 200.",
        "teardown": "complete",
        "image_version_id": "/subscriptions/s/versions/1.0.0",
        "customization_log": "/logs/customization.log",
        "serial_log": None,
        "cloud_log": "/logs/cloud.log",
        "tier": "kvm",
        "cannot_prove": ["the boot loader"],
        "timings_s": {"setup": 3.0, "setup.function_code": 1.0, "build": 20.0, "build.run": 18.0, "total": 61.0},
        "resources_left": [],
        "failed_command": None,
        "exit_code": 0,
    }
    console = Console(file=io.StringIO(), width=100, no_color=True)
    print_outcome(document | changes, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_passed() -> None:
    """Steps in the order of the story, the verdict with its reason, and what this tier cannot prove."""
    text = _printed()

    names = [line[:18].rstrip() for line in text.splitlines()[3:8]]
    assert names == ["setup", "  function code", "build", "  run", "total"]
    assert "✓ passed" in text
    assert "Apache answered 200." in text
    assert "cannot prove\n    - the boot loader" in text


def test_passed_and_not_promoted() -> None:
    """A pass says in its headline what became of latest; a promotion is one in the trial's own gallery."""
    kept = "Not promoted: the build job did not sign."
    higher = "Promoted, but latest resolves to 1.0.9 (a higher version number)."

    assert "✓ passed, not promoted: the build job did not sign " in _printed(promotion=kept)
    assert "✓ passed, promoted in the trial's gallery: latest resolves to it " in _printed(
        promotion="Promoted: latest resolves to it."
    )
    assert "promoted in the trial's gallery, but latest resolves to 1.0.9" in _printed(promotion=higher)
    assert "✗ failed  teardown" in _printed(verdict="failed", promotion="It failed: it stays out of latest.")


def test_no_verdict() -> None:
    """A trial that ended in its build says which command ended with what."""
    text = _printed(verdict=None, teardown=None, failed_command="build", exit_code=3)

    assert "no verdict: build ended with 3" in text
    assert "nothing to tear down" in text


def test_leak_is_listed() -> None:
    """What is still there is named."""
    assert "/subscriptions/s/vm" in _printed(resources_left=["/subscriptions/s/vm"])


def test_what_the_function_told() -> None:
    """Statuses, the verdict's event and the end of a build that failed stand beside the verdict."""
    status = {"context": "imagegate/verify", "state": "success", "description": "Booted and answered."}
    event = {"type": "ImageGate.ImageVersion.Passed", "id": "r1-passed"}

    text = _printed(statuses=[status], verdict_event=event, closing={"state": "failure", "description": "No such file"})

    assert "imagegate/verify: success, Booted and answered." in text
    assert "verdict event: ImageGate.ImageVersion.Passed (r1-passed)" in text
    assert "status of the commit: failure, No such file" in text


def test_quoted_text_is_no_command() -> None:
    """No line begins as a command to a runner, by its own line breaks or because it is long."""
    forged = "x\n::error file=README.md,line=1::forged\r::add-mask::the " + "word " * 40 + "::warning::late"
    status = {"context": "c\n::debug::x", "state": "failure", "description": forged}

    text = _printed(reason=forged, statuses=[status], resources_left=[forged], closing={"description": forged})

    assert "forged" in text
    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
