"""try/action.yml in a workflow that nektos/act runs on the machine itself, as a hosted runner is one."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from act_runner import HOST, Act
from action_image import copy_repository
from action_world import REPOSITORY
from sudo_settings import with_sudo_settings

pytestmark = [pytest.mark.heavy, pytest.mark.privileged, pytest.mark.boots_vm]

Leftovers = Callable[[], dict[str, set[str]]]
_CACHE_ACTION = "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae"
_RESTORED = """
inputs: {path: {}, key: {}, restore-keys: {}}
runs:
  using: composite
  steps:
    - shell: bash
      run: ln -s "$IMAGEGATE_TEST_CACHE" "${{ inputs.path }}"
"""
_WORKFLOW = """
on: pull_request
jobs:
  try:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
      - id: try
        uses: ./try
        with:
          folder: templates/apache-debian12
      - run: cat "${{ steps.try.outputs.log-folder }}/customization.log" "${{ steps.try.outputs.report-path }}"
"""


@pytest.fixture
def act(tmp_path: Path) -> Act:
    """A runner on this machine; what actions/cache would restore from GitHub is the tests' cache."""
    cache = Path(os.environ.get("IMAGEGATE_TEST_CACHE", REPOSITORY / ".cache" / "test"))
    cache.mkdir(parents=True, exist_ok=True)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "action.yml").write_text(_RESTORED)
    found = Act(
        folder=tmp_path,
        docker_host="unix:///nowhere",
        platform=HOST,
        # uv would look for Python on sudo's short PATH, and else fetch it.
        environment={"IMAGEGATE_TEST_CACHE": str(cache), "UV_PYTHON": str(Path(sys.executable).resolve())},
        within=with_sudo_settings(tmp_path / "sudoers", ()),
        timeout_s=900,
    )
    copy_repository(found.checkout)
    return found


def test_try(act: Act, tmp_path: Path, nothing_left: Leftovers) -> None:
    """The trial builds, boots and probes an image without credentials; later steps find its report and logs."""
    act.commit()

    run = act.run(_WORKFLOW, name="pull_request", options=["--local-repository", f"{_CACHE_ACTION}={tmp_path}/cache"])

    assert (run.exit_code, set(run.jobs.values())) == (0, {"success"}), run.log
    assert run.outputs("try")["verdict"] == "passed"
    assert "/galleries/golden/images/apache-debian12/versions/" in run.outputs("try")["image-version-id"]
    assert "Provisioning with shell script" in run.log
    assert nothing_left() == {}
