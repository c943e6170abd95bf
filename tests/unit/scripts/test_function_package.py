"""The Function's package, written to a file."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path


def test_written(repository: Path, tmp_path: Path) -> None:
    """The file is the package with its wheels, and its digest is printed."""
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\nwhile [ "$1" != --target ]; do shift; done\nmkdir -p "$2"; echo > "$2/six.py"\n')
    uv.chmod(0o755)
    file = tmp_path / "dist" / "function.zip"

    done = subprocess.run(
        [sys.executable, repository / "scripts" / "function_package.py", file],
        env={**os.environ, "UV": str(uv)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split()[1] == str(file)
    with zipfile.ZipFile(file) as archive:
        assert {"host.json", ".python_packages/lib/site-packages/six.py"} <= set(archive.namelist())
