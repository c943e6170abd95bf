"""`imagegate try` where it cannot run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from localazure.engine import requirements
from localazure.trial.command import try_command


def test_without_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user is refused at once with exit code 2: what, why, what next; root stands first."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(requirements, "_is_there", lambda _program: False)

    ended = CliRunner().invoke(try_command, [".", "--json", "--cache", str(tmp_path / "cache")])

    assert ended.exit_code == 2
    document = json.loads(ended.stdout)
    assert document["exit_code"] == 2
    lines = ended.stderr.splitlines()
    assert lines[0] == "imagegate try cannot run on this machine yet. It needs:"
    assert lines[1].startswith("  root: ")
    assert "sudo" in lines[1]
    assert any("apt-get install mmdebstrap" in line for line in lines)
    assert not (tmp_path / "cache").exists(), "nothing is made before it is known that it can run"
