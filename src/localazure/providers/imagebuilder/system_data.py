"""`systemData`: who created and who last changed a template, and when; Resource Manager's own, at each write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localazure.arm.messages import Principal
from localazure.clock import timestamp


def written(principal: Principal, moment: datetime, *, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """After a write by that principal; `before` is what stood there, nothing for a creation."""
    author = principal.app_id or principal.object_id
    changed = {
        "lastModifiedBy": author,
        "lastModifiedByType": "Application",
        "lastModifiedAt": timestamp(moment),
    }
    if before:
        return {**before, **changed}
    return {"createdBy": author, "createdByType": "Application", "createdAt": timestamp(moment), **changed}
