"""Hash all that decides what comes out of a build."""

import copy
import hashlib
from typing import Any

from imagegate.model.canonical_json import canonical_json
from imagegate.model.template_source import BodyPath, TemplateSource


def hash_content(source: TemplateSource, *, base_version: str) -> str:
    """SHA-256, in hexadecimal, of the template's body in canonical JSON.

    Local files count by their content, not by their place or address, and the base by its resolved version. Tags of the
    template do not count: they say nothing about the image.
    """
    body = copy.deepcopy({key: value for key, value in source.body.items() if key != "tags"})
    for script in source.scripts:
        step = member(body, script.step)
        step[script.key] = f"sha256:{script.sha256}"
        step["sha256Checksum"] = script.sha256
    content = {"base": base_version, "body": body}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def member(body: Any, path: BodyPath) -> Any:  # noqa: ANN401 - any JSON
    """The part of a JSON value at a path."""
    for part in path:
        body = body[part]
    return body
