"""Where the logs of trials are kept: a folder each in the cache, the latest ones only."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

FOLDER = "logs"
KEPT_TRIALS = 10


@contextlib.contextmanager
def new_log_folder(cache: Path, *, now: dt.datetime | None = None) -> Iterator[Path]:
    """A folder for one trial. While it is open, nobody removes it; older ones than the last ten go now."""
    moment = now or dt.datetime.now(dt.UTC)
    folder = cache / FOLDER / f"{moment:%Y%m%dT%H%M%SZ}-{os.getpid()}"
    folder.mkdir(parents=True, mode=0o700)
    with _locked(folder, fcntl.LOCK_SH):
        for old in log_folders(cache)[:-KEPT_TRIALS]:
            remove_logs(old)
        yield folder


def log_folders(cache: Path) -> list[Path]:
    """A folder for each trial whose logs are kept, the oldest first."""
    return sorted((cache / FOLDER).glob("*"))


def remove_logs(folder: Path, *, dry_run: bool = False) -> bool:
    """Remove the logs of a trial, unless it still runs; whether they are gone, or with `dry_run` would be."""
    try:
        with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if not dry_run:
                shutil.rmtree(folder)
            return True
    except OSError:
        return False


@contextlib.contextmanager
def _locked(folder: Path, operation: int) -> Iterator[None]:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, operation)
        yield
    finally:
        os.close(opened)
