"""The template's steps, and which of them the log speaks of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagegate.diagnosis.provisioners import Step
from imagegate.model.diagnosis import FailingCustomizer, Place
from imagegate.model.template_source import BodyPath, TemplateSource, steps_in

_KINDS = {
    "shell": "Shell",
    "shell-local": "Shell",
    "file": "File",
    "powershell": "PowerShell",
    "windows-shell": "PowerShell",
    "windows-restart": "WindowsRestart",
    "windows-update": "WindowsUpdate",
}
_TYPE = "microsoft.virtualmachineimages/imagetemplates"


@dataclass(frozen=True, kw_only=True)
class TemplateStep:
    """A customizer or validator. `script` is its script's text where that is known; inline lines are joined.

    `script_file` is the script's path in the repository; for inline commands it is empty, and `inline_lines` has the
    line of the template in which each line of `script` stands (None where that is not known).
    """

    section: str
    index: int
    type: str
    name: str = ""
    place: Place | None = None
    script: str = ""
    script_file: str = ""
    inline: bool = False
    inline_lines: tuple[int | None, ...] = ()


def steps_of(template: TemplateSource | Mapping[str, Any] | None) -> tuple[TemplateStep, ...]:
    """The steps of a template as the repository has it, or of a body: image template, or a deployment around it."""
    if template is None:
        return ()
    if isinstance(template, TemplateSource):
        return tuple(_steps(template.properties, template))
    return tuple(_steps(_properties(template), None))


def _steps(properties: Mapping[str, Any], source: TemplateSource | None) -> list[TemplateStep]:
    found = []
    for path, step in steps_in(properties):
        inline = step.get("inline")
        script = "\n".join(str(line) for line in inline) if isinstance(inline, list) else ""
        place, script_file = None, ""
        if source is not None:
            place = Place(file=source.file, line=source.lines.get(path))
            local = next((script for script in source.scripts if script.step == path), None)
            if local is not None:
                folder = source.file.rpartition("/")[0]
                script_file = f"{folder}/{local.relative_path}" if folder else local.relative_path
                script = local.content.decode("utf-8", "replace")
        found.append(
            TemplateStep(
                section="validate" if "validate" in path else "customize",
                index=int(path[-1]),
                type=str(step.get("type") or ""),
                name=str(step.get("name") or ""),
                place=place,
                script=script,
                script_file=script_file,
                inline=isinstance(inline, list),
                inline_lines=_inline_lines(path, inline, source),
            )
        )
    return found


def _inline_lines(path: BodyPath, inline: object, source: TemplateSource | None) -> tuple[int | None, ...]:
    """The template's line of each line of the joined inline commands; an entry may have several lines."""
    if source is None or not isinstance(inline, list):
        return ()
    return tuple(
        source.lines.get((*path, "inline", number))
        for number, entry in enumerate(inline)
        for _ in str(entry).split("\n")
    )


def _properties(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The image template's properties, however deep in a deployment template they stand."""
    resources = template.get("resources")
    if isinstance(resources, Mapping):
        resources = list(resources.values())
    for resource in resources if isinstance(resources, list) else []:
        if isinstance(resource, Mapping) and str(resource.get("type", "")).lower() == _TYPE:
            return _properties(resource)
    properties = template.get("properties", template)
    return properties if isinstance(properties, Mapping) else {}


def align(ran: Sequence[Step], steps: Sequence[TemplateStep]) -> dict[int, TemplateStep]:
    """Which step of the template each step of the log is, by order and type.

    What the service adds by itself (the step that makes the image general) stays out.
    """
    found: dict[int, TemplateStep] = {}
    expected = 0
    for number, step in enumerate(ran):
        if expected < len(steps) and kind_of(step.type) == steps[expected].type:
            found[number] = steps[expected]
            expected += 1
    return found


def kind_of(provisioner: str) -> str:
    """The customizer's type for a provisioner's name in the log; an unknown one stays as it is."""
    return _KINDS.get(provisioner, provisioner)


def failing_customizer(
    number: int, ran: Sequence[Step], steps: Sequence[TemplateStep], *, counted: bool
) -> FailingCustomizer:
    """The step of that number in the log. `counted`: the log has its beginning, so that the number is the index."""
    kind = kind_of(ran[number].type)
    if steps:
        step = align(ran, steps).get(number)
        if step is not None:
            return FailingCustomizer(
                type=step.type, section=step.section, index=step.index, name=step.name, place=step.place
            )
        only = [step for step in steps if step.type == kind]
        if counted or not only:
            return FailingCustomizer(type=kind, section="service")
        return FailingCustomizer(type=kind)
    return FailingCustomizer(type=kind, index=number if counted else None)
