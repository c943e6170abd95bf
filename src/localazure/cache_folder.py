"""Where base images, layers and disks are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


def default_cache_folder() -> Path:
    """`IMAGEGATE_CACHE_DIR`, else `imagegate` in the user's cache folder (XDG Base Directory Specification)."""
    if chosen := os.environ.get("IMAGEGATE_CACHE_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "imagegate"
