"""A folder with an image of a story's own."""

from __future__ import annotations

import json
from collections.abc import Mapping

from imagegate.settings import Settings, load_settings
from roles.world import World

_SHORTEST_TIMEOUT_MINUTES = 6
_CONFIGURATION = """\
name: web
template: template.json
azure:
  subscription: "${AZURE_SUBSCRIPTION_ID}"
  resource-group: rg-images
  location: westeurope
  gallery: golden
"""


def image_of(world: World, who: str, *, source: Mapping[str, object], target: Mapping[str, object]) -> Settings:
    """The settings of an image with that base and that distributor."""
    folder = world.folder / "image"
    folder.mkdir(exist_ok=True)
    properties = {
        "buildTimeoutInMinutes": _SHORTEST_TIMEOUT_MINUTES,
        "source": source,
        "customize": [{"type": "Shell", "name": "first", "inline": ["true"]}],
        "distribute": [target],
    }
    (folder / "template.json").write_text(json.dumps({"properties": properties}))
    (folder / "imagegate.yaml").write_text(_CONFIGURATION)
    definition = str(target.get("galleryImageId") or "apache-debian12").rpartition("/")[2]
    return load_settings(folder, inputs={"definition": definition}, environment=world.identities.environment(who))
