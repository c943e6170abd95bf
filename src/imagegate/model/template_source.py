"""The image template as the repository has it: evaluated, with the local files that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type BodyPath = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class LocalScript:
    """A file of the template's folder that a customizer or validator names.

    `step` is the path of the customizer or validator inside the body, `key` the member that names the file.
    """

    step: BodyPath
    key: str
    relative_path: str
    file: Path
    content: bytes
    sha256: str

    @property
    def blob_name(self) -> str:
        """Where it lies in the script container: by content, with the extension for people's sake."""
        return f"{self.sha256}{self.file.suffix}"


@dataclass(frozen=True, kw_only=True)
class TemplateSource:
    """`body` is the request body of the image template (location, tags, identity, properties), without our stamp.

    `file` is the template's path as a person would write it; `lines` has the line of each customizer, validator
    and inline command by its path in the body, as far as the template spells them out.
    """

    file: str
    body: Mapping[str, Any]
    scripts: tuple[LocalScript, ...]
    lines: Mapping[BodyPath, int]

    @property
    def properties(self) -> Mapping[str, Any]:
        """The template's properties."""
        properties: Mapping[str, Any] = self.body.get("properties") or {}
        return properties

    @property
    def location(self) -> str:
        """The region of the template."""
        return str(self.body.get("location", ""))


def steps_in(properties: Mapping[str, Any]) -> list[tuple[BodyPath, Mapping[str, Any]]]:
    """Every customizer and validator with its path in the body, in the order in which the service runs them."""
    validate = properties.get("validate")
    lists: list[tuple[BodyPath, object]] = [
        (("properties", "customize"), properties.get("customize")),
        (
            ("properties", "validate", "inVMValidations"),
            validate.get("inVMValidations") if isinstance(validate, Mapping) else None,
        ),
    ]
    return [
        ((*path, index), step)
        for path, steps in lists
        if isinstance(steps, list)
        for index, step in enumerate(steps)
        if isinstance(step, Mapping)
    ]
