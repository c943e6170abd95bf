"""Read what a run put out, and hold it against what the template promised."""

from collections.abc import Mapping, Sequence
from typing import Any

from imagegate.errors import DeadlinePassed, ImageVersionUnusable
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ResourceId, RunOutput
from imagegate.model.build_result import gallery_versions
from imagegate.waiting import Clock, Deadline, Look, poll

_LAG_S = 60.0  # how long a list may lag behind what it lists


def read_run_outputs(
    templates: ImageTemplates,
    name: str,
    distribute: Sequence[Mapping[str, Any]],
    *,
    clock: Clock | None = None,
) -> dict[str, str]:
    """The artifact of each distributor (image version, managed image or VHD) by run output name.

    The list may lag behind the run's end, so with a `clock` what is not right is looked at again for a minute.

    Raises:
        ImageVersionUnusable: an output is missing, or in another gallery than the template says.
    """
    outputs: dict[str, RunOutput] = {}
    wrong: list[str] = []

    def look() -> Look[bool]:
        outputs.clear()
        outputs.update(templates.run_outputs(name))
        wrong[:] = [problem for entry in distribute for problem in _problems(entry, outputs)]
        return Look(value=True) if not wrong else Look()

    try:
        if clock is None:
            look()
        else:
            poll(look, deadline=Deadline.after(_LAG_S, clock), what="the run's outputs", first_interval_s=1)
    except DeadlinePassed:
        pass
    if wrong:
        raise ImageVersionUnusable(
            "\n".join(["The run succeeded, and its outputs are not what the template promised:", *wrong]),
            hint="Look at the template's run outputs.",
            ids={"resource": str(templates.id_of(name))},
        )
    by_name = {str(entry.get("runOutputName", "")): entry for entry in distribute}
    return {
        output.name: str(output.artifact_id) if output.artifact_id else output.artifact_uri
        for output in outputs.values()
        if output.name in by_name
    }


def image_version_of(artifacts: Mapping[str, str]) -> str | None:
    """The first artifact that is a version of a gallery; None when the template makes none."""
    return next(iter(gallery_versions(artifacts)), None)


def _problems(entry: Mapping[str, Any], outputs: Mapping[str, RunOutput]) -> list[str]:
    name = str(entry.get("runOutputName", ""))
    output = outputs.get(name)
    if output is None or not (output.artifact_id or output.artifact_uri):
        return [f"  {name}: there is no output; found {', '.join(outputs) or 'none'}"]
    promised = str(entry.get("galleryImageId") or "")
    if not promised or output.artifact_id is None:
        return []
    if output.artifact_id not in _expected(ResourceId.parse(promised), output.artifact_id):
        return [f"  {name}: it names {output.artifact_id}; expected a version of {promised}"]
    return []


def _expected(promised: ResourceId, found: ResourceId) -> tuple[ResourceId, ...]:
    """The versions that would be right: the promised one, or the found one if its definition was promised."""
    definition_promised = not promised.type.lower().endswith("/versions")
    return (found,) if definition_promised and found.parent == promised else (promised,)
