"""What a command leaves to the job's post step."""

import io
import json
from pathlib import Path

import pytest

from build_events import TEMPLATE
from imagegate.cli.command import Shell, Surroundings
from imagegate.cli.job import Job
from imagegate.cli.leftovers import Leftover, keep_template, read_submitted
from imagegate.model import ResourceId
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.masking import Masks
from imagegate.settings import CloudSettings
from imagegate.waiting import SystemClock

CLOUD = CloudSettings(arm_endpoint="https://a", subscription_id="s")
SUBMITTED = SubmittedTemplate(
    id=ResourceId.parse(TEMPLATE),
    body={"tags": {"imagegate-job-key": "k"}, "properties": {"customize": [{"inline": ["not for a log"]}]}},
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The file that the runner reads a step's state from."""
    return tmp_path / "state"


@pytest.fixture
def shell(tmp_path: Path, state: Path) -> Shell:
    """A command in a job."""
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STATE": str(state), "RUNNER_TEMP": str(tmp_path)}
    masks = Masks()
    around = Surroundings(masks=masks, job=Job.of(environment, io.StringIO(), masks))
    return Shell(as_json=False, color=False, verbose=False, clock=SystemClock(), surroundings=around)


def kept(state: Path) -> Leftover:
    """What was kept last."""
    lines = [line for line in state.read_text().splitlines() if line.startswith(("{", "leftover={"))]
    found = Leftover.parse(lines[-1].removeprefix("leftover="))
    assert found is not None
    return found


def test_the_template_that_a_job_would_leave(shell: Shell, state: Path, tmp_path: Path) -> None:
    """The state names template, key and file; the template itself is in the file, for nobody else to read."""
    keep_template(shell, SUBMITTED, CLOUD, image="web")

    left = kept(state)
    assert (left.kind, left.name, left.run, left.image) == ("build", TEMPLATE, "k", "web")
    assert "not for a log" not in state.read_text()
    assert read_submitted(left.submitted) == SUBMITTED
    assert (tmp_path / "imagegate").stat().st_mode & 0o077 == 0


def test_nothing_is_left(shell: Shell, state: Path) -> None:
    """Once there is nothing to end or sign, only statuses may be open."""
    keep_template(shell, SUBMITTED, CLOUD, image="web")
    keep_template(shell, None, CLOUD, image="web")

    assert (kept(state).name, kept(state).submitted) == ("", "")


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", json.dumps({"id": "x"})])
def test_a_file_that_says_nothing(tmp_path: Path, text: str | None) -> None:
    """A file that is gone or damaged is no reason to fail: nothing is signed then."""
    file = tmp_path / "submitted.json"
    if text is not None:
        file.write_text(text)

    assert read_submitted(str(file)) is None
    assert read_submitted("") is None
