"""The sample image, and what is made of it for one question: a customizer that fails, a reboot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from acceptance.options import Options

FAILING = {"type": "Shell", "name": "acceptance-fails", "inline": ["echo acceptance: this is meant to fail", "exit 7"]}


def image_folder(options: Options) -> Path:
    """The image with its versions in the run's own region only."""
    return _made(options, "image", template=lambda _: None, settings=lambda _: None)


def failing_folder(options: Options) -> Path:
    """The image with a customizer that fails first."""

    def fail(template: dict[str, Any]) -> None:
        _properties(template)["customize"].insert(0, FAILING)

    return _made(options, "failing", template=fail, settings=lambda _: None)


def rebooting_folder(options: Options) -> Path:
    """The image whose smoke test restarts the machine."""

    def reboot(settings: dict[str, Any]) -> None:
        settings["smoke"]["reboot"] = True

    return _made(options, "rebooting", template=lambda _: None, settings=reboot)


def smoke_size(options: Options) -> str:
    """The first size of the smoke VM."""
    sizes = _settings(options.image / "imagegate.yaml")["smoke"]["vm-size"]
    return str(sizes if isinstance(sizes, str) else sizes[0])


def _made(
    options: Options,
    name: str,
    *,
    template: Callable[[dict[str, Any]], None],
    settings: Callable[[dict[str, Any]], None],
) -> Path:
    folder = options.work / name
    if folder.exists():
        return folder
    shutil.copytree(options.image, folder)
    document = json.loads((folder / "template.json").read_text())
    template(document)
    (folder / "template.json").write_text(json.dumps(document, indent=2))
    read = _settings(folder / "imagegate.yaml")
    settings(read)
    (folder / "imagegate.yaml").write_text(yaml.safe_dump(read, sort_keys=False))
    parameters = json.loads((folder / "parameters.json").read_text())
    parameters["parameters"]["targetRegions"] = {"value": [options.location]}
    (folder / "parameters.json").write_text(json.dumps(parameters, indent=2))
    return folder


def _settings(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text()))


def _properties(template: dict[str, Any]) -> dict[str, Any]:
    (found,) = [one for one in template["resources"] if one["type"].endswith("/imageTemplates")]
    properties: dict[str, Any] = found["properties"]
    return properties
