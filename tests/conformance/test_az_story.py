"""examples/az-story.sh, as its users run it: an image is built, booted and asked with az alone, for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.privileged, pytest.mark.boots_vm]

_FOREIGN = ("AZURE_", "ARM_", "REQUESTS_", "SSL_", "IMAGEGATE_")
_TIMEOUT_S = 1200


def test_the_example_serves_and_leaves_nothing(az_folder: Path, repository: Path, tmp_path: Path) -> None:
    """The last answer is Apache's own page, from a version in both regions; then group, cloud and files are gone."""
    cache = os.environ.get("IMAGEGATE_TEST_CACHE", str(repository / ".cache" / "test"))
    (tmp_path / "tmp").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    own = {
        "PATH": f"{az_folder}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "localazure", "exec", "--cache", cache, "--logs", str(tmp_path / "logs")),
            *("--", "sh", str(repository / "examples" / "az-story.sh")),
        ],
        env=kept | own,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<title>Apache2 Debian Default Page: It works</title>" in done.stdout
    assert "West Europe, North Europe" in done.stdout
    assert "Tear down" in done.stdout.splitlines()[-1]
    left = {path.name for path in (tmp_path / "tmp").iterdir()}
    assert left <= {"localazure-addresses"}  # where the clouds of one machine agree on who has which address
