"""The deployment templates that imagegate brings along: in the wheel, or in the repository that it runs from."""

import json
from pathlib import Path
from typing import Any

_PLACES = (
    Path(__file__).parent.parent / "azure_templates",
    Path(__file__).parent.parent.parent.parent / "templates" / "azure",
)


def azure_template(name: str) -> dict[str, Any]:
    """The template of that name, such as `smoke-vm`.

    Raises:
        FileNotFoundError: an incomplete installation.
    """
    for place in _PLACES:
        file = place / f"{name}.json"
        if file.is_file():
            document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return document
    raise FileNotFoundError(f"the template {name}.json is missing from this installation of imagegate")
