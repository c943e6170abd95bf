"""What may be set about the cloud as a whole, at its start or while it runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from localazure.control.problems import InvalidControl, Place, Problem, did_you_mean

DAY_S = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """Azure's figures where nothing else is said; times in seconds.

    Attributes:
        throttling: whether calls are refused once a bucket is empty; the headers count either way.
        reads_bucket: reads that one principal may do at once in a subscription (request-limits-and-throttling).
        reads_per_s: how fast that bucket fills again.
        writes_bucket: the same for PUT, PATCH and POST.
        writes_per_s: how fast that one fills.
        deletes_bucket: the same for DELETE.
        deletes_per_s: how fast that one fills.
        compute_requests_share: Compute's own limits, as a share of Azure's: 0.1 makes them a tenth.
        role_assignment_delay_s: how long a new role assignment has no effect yet. Azure takes up to minutes; off here.
        site_start_s: how long the host that takes a new site's code answers 503. Azure takes a minute or two; off here.
        operation_retention_s: how long an operation that has ended can be asked about.
        retry_after_s: how soon clients are told to ask again about an operation.
        template_submission_s: how long an image template stays in Creating, beyond the work itself.
        replication_s_per_region: how long an image version takes to reach one region.
        regional_cores: the quota of cores in each region.
        wait_for_guest: whether creating a machine ends only when its guest has reported, as in Azure.
    """

    throttling: bool = True
    reads_bucket: int = 250
    reads_per_s: float = 25
    writes_bucket: int = 200
    writes_per_s: float = 10
    deletes_bucket: int = 200
    deletes_per_s: float = 10
    compute_requests_share: float = 1
    role_assignment_delay_s: float = 0
    site_start_s: float = 0
    operation_retention_s: float = DAY_S
    retry_after_s: float = 1
    template_submission_s: float = 0
    replication_s_per_region: float = 0.2
    regional_cores: int = 100
    wait_for_guest: bool = False


_KINDS = {found.name: type(found.default) for found in fields(CloudSettings)}
_FRACTIONS = {found.name for found in fields(CloudSettings) if found.type == "float"}


class Settings:
    """The settings in force. Safe to use from several threads: `current` is replaced, never changed."""

    def __init__(self, initial: CloudSettings | None = None) -> None:
        self._lock = threading.Lock()
        self._initial = initial or CloudSettings()
        self.current = self._initial

    def change(self, document: object) -> None:
        """Take what a document names; all problems at once, and then nothing changes."""
        found = problems(document)
        if found or not isinstance(document, Mapping):
            raise InvalidControl(found)
        with self._lock:
            self.current = replace(self.current, **document)

    def reset(self) -> None:
        """Back to what the cloud was started with."""
        with self._lock:
            self.current = self._initial

    def document(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self.current)


def problems(document: object, place: Place = ()) -> list[Problem]:
    """What keeps a document from being settings."""
    if not isinstance(document, Mapping):
        return [Problem(place=place, message="settings are a mapping of names to values.")]
    return [
        Problem(place=(*place, str(name)), message=message)
        for name, value in document.items()
        if (message := _wrong(str(name), value))
    ]


def _wrong(name: str, value: object) -> str:
    if name not in _KINDS:
        return f"there is no setting '{name}': {did_you_mean(name, _KINDS)}"
    if _KINDS[name] is bool:
        return "" if isinstance(value, bool) else f"{value!r} is neither true nor false."
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{value!r} is no number."
    if name not in _FRACTIONS and not isinstance(value, int):
        return f"{value!r} is no whole number."
    return "" if 0 <= value < float("inf") else f"{value!r} is not a number from 0 on."
