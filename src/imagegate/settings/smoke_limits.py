"""What the verifier allows versions to ask of it, and how many smoke VMs it makes, from environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagegate.errors import InputFault
from imagegate.model.smoke_bounds import DEFAULT_SIZES, INTERNET, SIZES_SETTING, SOURCE_SETTING, SmokeBounds
from imagegate.model.smoke_places import AT_ONCE_SETTING, PER_DAY_SETTING
from imagegate.settings.words import words

DEFAULT_AT_ONCE, DEFAULT_PER_DAY = 10, 100
_SIZE = r"[A-Za-z0-9_*?-]{1,64}"
_SOURCE = r"\*|[A-Za-z0-9][A-Za-z0-9.:/]{0,79}"
_COUNTS = {AT_ONCE_SETTING: r"[1-9][0-9]{0,2}", PER_DAY_SETTING: r"[1-9][0-9]{0,5}"}
"""The document of the places has room for a thousand."""


@dataclass(frozen=True, kw_only=True)
class SmokeLimits:
    """`bounds` hold for what tags say; `at_once` and `per_day` count the smoke VMs of all verifications."""

    bounds: SmokeBounds = field(default_factory=SmokeBounds)
    at_once: int = DEFAULT_AT_ONCE
    per_day: int = DEFAULT_PER_DAY

    def to_job(self, *, records_container: str, wait_s: float) -> dict[str, Any]:
        """Their part of a verification's job. The count is kept beside the records; a place is waited for `wait_s`."""
        return {
            "allowed_source": self.bounds.allowed_source,
            "bounds": self.bounds.to_json(),
            "records_container": records_container,
            "limits": {
                "records_container": records_container,
                "at_once": self.at_once,
                "per_day": self.per_day,
                "wait_s": wait_s,
            },
        }


def read_smoke_limits(environment: Mapping[str, str]) -> tuple[SmokeLimits, list[InputFault]]:
    """The limits, and every variable that has the wrong shape."""
    sizes = words(environment.get(SIZES_SETTING))
    source = environment.get(SOURCE_SETTING, "").strip()
    counts = {
        name: environment.get(name, "").strip() or str(default)
        for name, default in ((AT_ONCE_SETTING, DEFAULT_AT_ONCE), (PER_DAY_SETTING, DEFAULT_PER_DAY))
    }
    faults = [
        *(
            _fault(SIZES_SETTING, size, "Sizes or patterns such as Standard_D2*, separated by commas.")
            for size in sizes
            if not re.fullmatch(_SIZE, size)
        ),
        *(
            [_fault(SOURCE_SETTING, source, "An address, a CIDR range or a service tag such as AzureCloud.westeurope.")]
            if source and not re.fullmatch(_SOURCE, source)
            else []
        ),
        *(
            _fault(name, text, "A number of smoke VMs, at least 1, and at most 999 at once.")
            for name, text in counts.items()
            if not re.fullmatch(_COUNTS[name], text)
        ),
    ]
    if faults:
        return SmokeLimits(), faults
    bounds = SmokeBounds(vm_sizes=sizes or DEFAULT_SIZES, allowed_source=source or INTERNET)
    return SmokeLimits(bounds=bounds, at_once=int(counts[AT_ONCE_SETTING]), per_day=int(counts[PER_DAY_SETTING])), []


def _fault(name: str, value: str, hint: str) -> InputFault:
    return InputFault(message=f'"{value}" does not have the right shape', path=name, hint=hint)
