"""Write on a template, and on each version that comes of it, where it comes from; keep each version out of `latest`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imagegate.errors import InputError
from imagegate.model import SmokeSpec, Stamp

TAG_COUNT_LIMIT = 50
"""Tags that a resource takes. Source: Azure Resource Manager, tag limits."""
_ROOM_FOR_VERDICT = 5


def stamped_body(
    body: Mapping[str, Any], stamp: Stamp, smoke: SmokeSpec, *, note: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """The request body of the template, stamped. A value of the user's that is changed is noted, one line each.

    Raises:
        InputError: a version would carry more tags than Azure takes, or the smoke part does not fit.
    """
    properties = dict(body["properties"])
    for name in _visible(properties["distribute"]):
        note(f"excludeFromLatest of {name} is sent as true: only a verified version becomes latest")
    properties["distribute"] = stamped_distributors(properties["distribute"], stamp, smoke)
    if str((properties.get("autoRun") or {}).get("state", "")).lower() == "enabled":
        properties["autoRun"] = {"state": "Disabled"}
        note("autoRun is sent as Disabled: this job starts the run")
    tags = body.get("tags")
    own = tags if isinstance(tags, Mapping) else {}
    return {**body, "properties": properties, "tags": {**own, **stamp.to_tags()}}


def stamped_distributors(
    distribute: Sequence[Mapping[str, Any]], stamp: Stamp, smoke: SmokeSpec
) -> list[dict[str, Any]]:
    """The distributors, each with stamp and smoke part among its `artifactTags`, which become the version's tags.

    Those that publish to a gallery have `excludeFromLatest: true`, whatever the template says.

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
        hidden = {"excludeFromLatest": True} if _publishes_to_gallery(distributor) else {}
        stamped.append({**distributor, **hidden, "artifactTags": tags})
    return stamped


def _publishes_to_gallery(distributor: Mapping[str, Any]) -> bool:
    return str(distributor.get("type", "")).lower() == "sharedimage"


def _visible(distribute: Sequence[Mapping[str, Any]]) -> list[str]:
    """Run output names of the distributors whose versions the template would let into `latest`."""
    return [
        str(one.get("runOutputName") or "a distributor")
        for one in distribute
        if _publishes_to_gallery(one) and one.get("excludeFromLatest") is not True
    ]
