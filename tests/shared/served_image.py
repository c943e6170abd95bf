"""The sample image, with its probe on a port that an engine's machines serve."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

SAMPLE = Path(__file__).parents[2] / "templates" / "apache-debian12"


def served_image(folder: Path, port: int) -> Path:
    """Its folder, copied to `folder`."""
    shutil.copytree(SAMPLE, folder)
    settings = yaml.safe_load((folder / "imagegate.yaml").read_text())
    (probe,) = settings["smoke"]["probes"]
    probe["http"]["port"] = port
    settings["smoke"]["deadline"] = "30s"
    (folder / "imagegate.yaml").write_text(yaml.safe_dump(settings))
    return folder
