"""What git says about a folder."""

import subprocess
from pathlib import Path

_TIMEOUT_S = 10


def git(folder: Path, *arguments: str) -> str:
    """The output of a git command in the folder, stripped; empty when git or the repository is missing."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
