"""Hold the gallery targets of an image template against imagegate.yaml."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from imagegate.errors import InputFault
from imagegate.model.template_source import BodyPath
from imagegate.settings import AzureSettings

_VERSION = re.compile(r"/versions/[^/]+/?$", re.IGNORECASE)
_HINT = (
    "Correct azure.gallery and azure.definition, or list the id in azure.further-definitions: versions of each "
    "definition may become latest."
)

Place = Callable[[BodyPath, str, str], InputFault]
"""A fault at a place of the body: path, message, hint."""


def check_targets(body: Mapping[str, Any], azure: AzureSettings, place: Place) -> list[InputFault]:
    """A fault for each gallery distributor whose definition is neither the configured one nor listed.

    An id that is not known before the deployment is checked when it is.
    """
    allowed = {one.text.lower() for one in (azure.gallery_image_id, *azure.further_definitions)}
    properties = body.get("properties")
    distribute = properties.get("distribute") if isinstance(properties, Mapping) else None
    faults = []
    for number, target in enumerate(distribute if isinstance(distribute, list) else ()):
        named = target.get("galleryImageId") if isinstance(target, Mapping) else None
        if isinstance(named, str) and _VERSION.sub("", named).rstrip("/").lower() not in allowed:
            message = f'it distributes to "{named}", and imagegate.yaml says "{azure.gallery_image_id}"'
            faults.append(place(("properties", "distribute", number, "galleryImageId"), message, _HINT))
    return faults
