"""How far the smoke part in a version's tags may go: every principal that may write tags can have written it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Self

from imagegate.model.smoke_spec import SMOKE_TAG_PREFIX, SmokeSpec

SIZES_SETTING = "IMAGEGATE_SMOKE_VM_SIZES"
SOURCE_SETTING = "IMAGEGATE_ALLOWED_SOURCE"
DEFAULT_SIZES = ("Standard_B*", "Standard_D2*")
INTERNET = "Internet"
_EVERYWHERE = {INTERNET.lower(), "0.0.0.0/0", "*"}


@dataclass(frozen=True, kw_only=True)
class SmokeBounds:
    """The verifier's own limits.

    `vm_sizes` are sizes or patterns such as `Standard_D2*`. `allowed_source` (address, CIDR or service tag) is who may
    reach the probed ports where the version says nothing; a version may say less, and nothing wider.
    """

    vm_sizes: tuple[str, ...] = DEFAULT_SIZES
    allowed_source: str = INTERNET

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(vm_sizes=tuple(body["vm_sizes"]), allowed_source=body["allowed_source"])

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {"vm_sizes": list(self.vm_sizes), "allowed_source": self.allowed_source}

    def fault_of(self, spec: SmokeSpec) -> str | None:
        """What is out of bounds: tag, value and bound in a sentence. None where nothing is.

        The schema and the model hold probes and deadline, and the version's own replicas hold the regions.
        """
        large = [size for size in spec.vm_sizes if not self._takes(size)]
        if large:
            return _fault("vm-size", large[0], SIZES_SETTING, ", ".join(self.vm_sizes))
        if spec.allow_from and not _within(spec.allow_from, self.allowed_source):
            return _fault("allow-from", spec.allow_from, SOURCE_SETTING, self.allowed_source)
        return None

    def _takes(self, size: str) -> bool:
        return any(fnmatchcase(size.lower(), pattern.lower()) for pattern in self.vm_sizes)


def _fault(key: str, value: str, setting: str, bound: str) -> str:
    return f"{key} {value} in the tags {SMOKE_TAG_PREFIX}… is outside of {setting} ({bound})."


def _within(source: str, bound: str) -> bool:
    """Whether everybody in `source` is in `bound`. What is behind a service tag is known for its regions alone."""
    inner, outer = source.lower(), bound.lower()
    if outer in _EVERYWHERE or inner == outer:
        return True
    one, other = _network(inner), _network(outer)
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        return one.subnet_of(other)
    return one is None and other is None and inner.startswith(f"{outer}.")


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
