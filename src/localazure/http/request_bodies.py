"""What Resource Manager checks of any body before a provider sees it: that it is an object, and its tags."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError

_OBJECTS = ("properties", "tags", "identity", "sku", "plan")
_MOST_TAGS = 50
_LONGEST_NAME = 512
_LONGEST_VALUE = 256
_RESERVED = "<>%&\\?/"


def check_body(body: Any) -> None:  # noqa: ANN401 - any JSON
    """Raise 400 for a body that no provider could read. Limits: learn.microsoft.com, "Use tags", limitations."""
    if body is None:
        return
    if not isinstance(body, dict):
        raise _invalid("the body is not an object")
    for name in _OBJECTS:
        if body.get(name) is not None and not isinstance(body[name], dict):
            raise _invalid(f"'{name}' is not an object")
    if not isinstance(body.get("location", ""), str | None):
        raise _invalid("'location' is not a string")
    _check_tags(body.get("tags") or {})


def _check_tags(tags: dict[str, Any]) -> None:
    if len(tags) > _MOST_TAGS:
        message = f"The number of tags '{len(tags)}' exceeds the limit of '{_MOST_TAGS}' for a resource."
        raise ArmError(400, "TagsLimitExceeded", message)
    for name, value in tags.items():
        if not isinstance(value, str):
            raise _invalid(f"the value of tag '{name}' is not a string")
        if len(name) > _LONGEST_NAME:
            raise ArmError(400, "TagNameTooLarge", _too_large("name", name, _LONGEST_NAME))
        if len(value) > _LONGEST_VALUE:
            raise ArmError(400, "TagValueTooLarge", _too_large("value", value, _LONGEST_VALUE))
        if any(character in _RESERVED for character in name):
            message = f"The tag names '{name}' have reserved characters '{','.join(_RESERVED)}' or control characters."
            raise ArmError(400, "InvalidTagNameCharacters", message)


def _too_large(what: str, text: str, most: int) -> str:
    return (
        f"Tag {what} too large. Following tag {what} '{text}' exceeded the maximum length. Maximum allowed length for "
        f"tag {what} - '{most}' characters."
    )


def _invalid(reason: str) -> ArmError:
    message = f"The request content was invalid and could not be deserialized: {reason}."
    return ArmError(400, "InvalidRequestContent", message)
