"""Write on a template, and on every version that will come of it, where it comes from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imagegate.errors import InputError, ResourceConflict
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, SmokeSpec, Stamp
from imagegate.waiting import Deadline, Look, poll

TAG_COUNT_LIMIT = 50
"""Tags that a resource takes. Source: Azure Resource Manager, tag limits."""
_ROOM_FOR_VERDICT = 5


def stamped_tags(tags: object, stamp: Stamp) -> dict[str, str]:
    """The template's own tags, and the stamp."""
    return {**(tags if isinstance(tags, Mapping) else {}), **stamp.to_tags()}


def stamped_distributors(
    distribute: Sequence[Mapping[str, Any]], stamp: Stamp, smoke: SmokeSpec
) -> list[dict[str, Any]]:
    """The distributors, each with stamp and smoke part among its `artifactTags`, which become the version's tags.

    Raises:
        InputError: a version would carry more tags than Azure takes, or the smoke part does not fit.
    """
    ours = {**stamp.to_tags(), **smoke.to_tags()}
    stamped = []
    for distributor in distribute:
        own = distributor.get("artifactTags")
        kept = {
            name: value
            for name, value in (own.items() if isinstance(own, Mapping) else ())
            if not str(name).lower().startswith("imagegate-")
        }
        tags = {**kept, **ours}
        if len(tags) > TAG_COUNT_LIMIT - _ROOM_FOR_VERDICT:
            raise InputError.of(
                f"the versions would carry {len(tags)} tags; {TAG_COUNT_LIMIT - _ROOM_FOR_VERDICT} is the most",
                path=f"distribute {distributor.get('runOutputName', '')}".strip(),
                hint="Use fewer artifactTags, or a shorter smoke part.",
            )
        stamped.append({**distributor, "artifactTags": tags})
    return stamped


def stamp_template(
    templates: ImageTemplates,
    template: ImageTemplate,
    body: Mapping[str, Any],
    *,
    stamp: Stamp,
    smoke: SmokeSpec,
    deadline: Deadline,
    note: Callable[[str], None],
) -> ImageTemplate | None:
    """Put the stamp on an existing template unless it is there; returns the template as it is then.

    None means that somebody else's run or change came in between: look again.
    """
    distribute = stamped_distributors(body["properties"]["distribute"], stamp, smoke)
    tags = stamped_tags(body.get("tags"), stamp)
    if _carries(template, tags, distribute):
        return template
    name = template.id.name
    try:
        retry_after_s = templates.update(name, {"tags": tags, "properties": {"distribute": distribute}})
    except ResourceConflict:
        note("somebody else is changing or running the template")
        return None

    def look() -> Look[ImageTemplate]:
        found = templates.find(name)
        done = found is not None and found.settled and _carries(found, tags, distribute)
        return Look(value=found if done else None, retry_after_s=retry_after_s)

    what = f'the stamp on the image template "{name}"'
    return poll(look, deadline=deadline, what=what, interval_s=15, first_interval_s=0.5)


def _carries(template: ImageTemplate, tags: Mapping[str, str], distribute: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the template says all of it already; the service may add to what it was given."""
    wanted = {str(entry.get("runOutputName", "")): entry["artifactTags"] for entry in distribute}
    found = {str(entry.get("runOutputName", "")): entry.get("artifactTags") or {} for entry in template.distribute}
    same_stamp = _ours(template.tags) == _ours(tags) and tags.items() <= dict(template.tags).items()
    return same_stamp and all(_ours(found.get(name, {})) == _ours(entry) for name, entry in wanted.items())


def _ours(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name.startswith("imagegate-")}
