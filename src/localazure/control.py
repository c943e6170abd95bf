"""What a test asks of the local cloud itself, apart from Azure: faults to come, and whether it is there.

Served under `/_localazure`, which no path of Azure begins with.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localazure.arm.errors import ArmError

PATH = "/_localazure"


@dataclass(kw_only=True)
class Fault:
    """A refusal to come: the next `times` calls whose method and path match are answered with it."""

    method: str
    path: re.Pattern[str]
    status: int
    code: str
    message: str
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)


class Faults:
    """The faults that are still to come. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def add(self, document: Mapping[str, Any]) -> None:
        """Take a fault as JSON: method, path (a regular expression), status, code, message, times, headers."""
        try:
            fault = Fault(
                method=str(document.get("method", "*")).upper(),
                path=re.compile(str(document["path"]), re.IGNORECASE),
                status=int(document["status"]),
                code=str(document.get("code", "InternalServerError")),
                message=str(document.get("message", "A fault that was asked for.")),
                times=int(document.get("times", 1)),
                headers={str(name): str(value) for name, value in document.get("headers", {}).items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
            raise ArmError(400, "InvalidFault", f"This is not a fault: {error!r}. It needs path and status.") from error
        with self._lock:
            self._pending.append(fault)

    def clear(self) -> None:
        """Forget what is still to come."""
        with self._lock:
            self._pending.clear()

    def raise_due(self, method: str, path: str) -> None:
        """Raise the first fault that is meant for this call, and count it."""
        with self._lock:
            for fault in self._pending:
                if fault.times > 0 and fault.method in {"*", method} and fault.path.search(path):
                    fault.times -= 1
                    raise ArmError(fault.status, fault.code, fault.message, headers=fault.headers)
