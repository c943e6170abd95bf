"""Scopes, ids and filters of Microsoft.Authorization."""

from __future__ import annotations

import re
import uuid

from localazure.access.decisions import DEFINITION_TYPE
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID

SCOPE = "/{+scope}/providers/"
_FILTER = re.compile(r"(?P<function>\w+)\(\)|(?P<field>\w+)(?:\(|\s+eq\s+)'(?P<value>[^']*)'\)?", re.IGNORECASE)


def definition_id(name: str) -> str:
    """Role definitions have one id each, whatever the scope of the call."""
    return f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/providers/{DEFINITION_TYPE}/{name}"


def scope_of(request: ArmRequest) -> str:
    """The scope, spelled as in the call."""
    return "/" + request.parameters["scope"].strip("/")


def filters(request: ArmRequest) -> list[re.Match[str]]:
    """The comparisons of `$filter` (`field`, `value`) and its functions without arguments (`function`)."""
    return list(_FILTER.finditer(request.query.get("$filter", "")))


def check_guid(code: str, what: str, name: str) -> None:
    """Raise 400 `Invalid{code}` for a name that is no GUID."""
    try:
        uuid.UUID(name)
    except ValueError as error:
        message = f"The {what} ID '{name}' is not valid. The {what} ID must be a GUID."
        raise ArmError(400, f"Invalid{code}", message) from error
