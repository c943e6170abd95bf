"""What the trial's cloud has done so far."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from localazure.trial.cloud_work import CloudWork


def test_console_lines_of_all_machines(tmp_path: Path) -> None:
    """Lines of build machines and smoke VMs count, also those of machines that are gone."""
    machine = tmp_path / "work" / "machines" / "a"
    machine.mkdir(parents=True)
    (tmp_path / "work" / "build-machines.log").write_text("one\ntwo\n")
    (machine / "serial.log").write_text("three\n")
    work = CloudWork(os.getpid(), tmp_path)

    assert str(work).endswith(", 3 console lines")
    assert " MB written, " in str(work)
    shutil.rmtree(machine)
    assert str(work).endswith(", 3 console lines")
