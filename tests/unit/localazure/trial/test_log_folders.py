"""Logs of trials in the cache: the latest ten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from localazure.trial.log_folders import KEPT_TRIALS, log_folders, new_log_folder, remove_logs

_BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _trial(cache: Path, number: int) -> Path:
    with new_log_folder(cache, now=_BEGAN + dt.timedelta(minutes=number)) as folder:
        (folder / "cloud.log").write_text(str(number))
    return folder


def test_the_latest_are_kept(tmp_path: Path) -> None:
    """Each trial has a folder of its own, and the oldest ones go."""
    made = [_trial(tmp_path, number) for number in range(KEPT_TRIALS + 3)]

    assert log_folders(tmp_path) == made[3:]
    assert (made[-1] / "cloud.log").read_text() == str(KEPT_TRIALS + 2)


def test_a_running_trial_keeps_its_logs(tmp_path: Path) -> None:
    """Neither later trials nor a person remove logs that are being written."""
    with new_log_folder(tmp_path, now=_BEGAN) as folder:
        for number in range(KEPT_TRIALS + 2):
            _trial(tmp_path, number + 1)
        assert folder in log_folders(tmp_path)
        assert not remove_logs(folder)
    assert remove_logs(folder, dry_run=True)
    assert folder.exists()
    assert remove_logs(folder)
    assert not folder.exists()
