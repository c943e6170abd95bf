"""The arguments of `imagegate verify`: ids of image versions, or the folder of an image."""

from collections.abc import Sequence
from pathlib import Path

from imagegate.errors import InputError
from imagegate.model import ResourceId

_VERSION_TYPE = "microsoft.compute/galleries/images/versions"
_VERSION_SHAPE = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/galleries/…/images/…/versions/1.2.3"
_TARGET_HINT = f"A version id is {_VERSION_SHAPE}; a folder holds imagegate.yaml and means its newest version."


def read_targets(targets: Sequence[str], folder: Path | None) -> tuple[list[ResourceId], Path | None]:
    """The ids of versions, and the folder that says how to prove them; or no id, and the folder whose newest is meant.

    Raises:
        InputError: an id of something else, or ids and folders together.
    """
    ids = [one for one in targets if one.lower().startswith(("/subscriptions/", "subscriptions/"))]
    if not ids and len(targets) == 1:
        if not Path(targets[0]).exists():
            message = f'"{targets[0]}" is neither a folder nor the id of an image version'
            raise InputError.of(message, hint=_TARGET_HINT)
        return [], Path(targets[0])
    if len(ids) < len(targets):
        raise InputError.of("expected ids of image versions, or one folder", path="VERSION_ID")
    return list(dict.fromkeys(version_id_of(one) for one in ids)), folder


def version_id_of(text: str) -> ResourceId:
    """The id of an image version.

    Raises:
        InputError: it is the id of something else, or none.
    """
    try:
        found = ResourceId.parse(text)
    except ValueError as error:
        raise InputError.of(str(error), path="VERSION_ID") from error
    if found.type.lower() != _VERSION_TYPE:
        raise InputError.of(f'"{text}" is no image version but {found.type}', path="VERSION_ID", hint=_TARGET_HINT)
    return found
