"""What `latest` of an image definition resolves to, region by region. Pure.

Source: Azure Compute Gallery, "Store and share images in a gallery": the highest version number that is not excluded,
neither globally nor in the region.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from imagegate.model.image_version import ImageVersion, normalise_region

_USABLE_STATES = {"succeeded", "updating"}


@dataclass(frozen=True, kw_only=True)
class LatestVersion:
    """`by_region` has the version number by region name, `westeurope`; "" where no version is visible."""

    by_region: Mapping[str, str]

    @classmethod
    def of(cls, versions: Iterable[ImageVersion]) -> Self:
        """From all versions of one definition, as they were read."""
        best: dict[str, ImageVersion | None] = {}
        for version in versions:
            for name in (normalise_region(region.name) for region in version.regions):
                seen = best.setdefault(name, None)
                if is_visible(version, name) and (seen is None or seen.number < version.number):
                    best[name] = version
        return cls(by_region={name: found.version if found else "" for name, found in sorted(best.items())})

    def regions_of(self, version: str) -> tuple[str, ...]:
        """Where it resolves to this version number."""
        return tuple(name for name, found in self.by_region.items() if found == version)

    def __str__(self) -> str:
        """`1.2.3`, `1.2.3 in westeurope, nothing in northeurope`, or `nothing`."""
        named = {name: found or "nothing" for name, found in self.by_region.items()}
        if len(set(named.values())) <= 1:
            return next(iter(named.values()), "nothing")
        return ", ".join(f"{found} in {name}" for name, found in named.items())


def is_visible(version: ImageVersion, region: str) -> bool:
    """Whether `latest` may resolve to the version in the region."""
    place = version.region(region)
    usable = version.provisioning_state.lower() in _USABLE_STATES
    return usable and place is not None and not (version.excluded_from_latest or place.excluded_from_latest)


def is_hidden_everywhere(version: ImageVersion) -> bool:
    """Whether `latest` passes the version over in each of its regions."""
    return version.excluded_from_latest or all(region.excluded_from_latest for region in version.regions)


def is_visible_everywhere(version: ImageVersion) -> bool:
    """Whether nothing keeps the version out of `latest`, in any of its regions."""
    return not version.excluded_from_latest and not any(region.excluded_from_latest for region in version.regions)


def promotion_sentence(version: ImageVersion, latest: LatestVersion) -> str:
    """What came of a promotion, by what was read back afterwards."""
    others: dict[str, list[str]] = {}
    for name in (normalise_region(region.name) for region in version.regions):
        if (found := latest.by_region.get(name, "")) != version.version:
            others.setdefault(found, []).append(name)
    if not others:
        return "Promoted: latest resolves to it."
    everywhere = len(others) == 1 and len(next(iter(others.values()))) == len(version.regions)
    parts = [
        f"{_resolves_to(found)}{'' if everywhere else f' in {", ".join(names)}'}" for found, names in others.items()
    ]
    return f"Promoted, but latest resolves to {'; to '.join(parts)}."


def _resolves_to(version: str) -> str:
    return f"{version} (a higher version number)" if version else "nothing"
