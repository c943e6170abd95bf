"""What latest resolves to, by region."""

from typing import Any

import pytest

from imagegate.model import ImageVersion
from imagegate.model.latest_version import (
    LatestVersion,
    is_hidden_everywhere,
    is_visible_everywhere,
    promotion_sentence,
)

DEFINITION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/golden/images/web"


def version(number: str, *, excluded: bool = False, state: str = "Succeeded", **regions: bool) -> ImageVersion:
    """A version; each region with its own flag."""
    profile: dict[str, Any] = {
        "excludeFromLatest": excluded,
        "targetRegions": [{"name": name, "excludeFromLatest": hidden} for name, hidden in regions.items()],
    }
    properties = {"provisioningState": state, "publishingProfile": profile}
    return ImageVersion.from_arm({"id": f"{DEFINITION}/versions/{number}", "properties": properties})


@pytest.mark.parametrize(
    ("versions", "by_region"),
    [
        ([version("1.9.0", we=False), version("1.10.0", we=False)], {"we": "1.10.0"}),
        ([version("1.0.0", we=False), version("2.0.0", excluded=True, we=False)], {"we": "1.0.0"}),
        ([version("1.0.0", we=False, ne=False), version("2.0.0", we=True, ne=False)], {"ne": "2.0.0", "we": "1.0.0"}),
        ([version("1.0.0", we=False), version("2.0.0", ne=False)], {"ne": "2.0.0", "we": "1.0.0"}),
        ([version("1.0.0", we=False), version("2.0.0", state="Creating", we=False)], {"we": "1.0.0"}),
        ([version("1.0.0", state="Updating", we=False)], {"we": "1.0.0"}),
        ([version("1.0.0", excluded=True, we=False)], {"we": ""}),
        ([], {}),
    ],
)
def test_the_highest_visible_number(versions: list[ImageVersion], by_region: dict[str, str]) -> None:
    """Numbers compare as numbers; what is excluded globally, in the region, or not made yet does not count."""
    assert LatestVersion.of(versions).by_region == by_region


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ([version("1.0.0", we=False, ne=False)], "Promoted: latest resolves to it."),
        (
            [version("1.0.0", we=False, ne=False), version("1.0.9", we=False, ne=False)],
            "Promoted, but latest resolves to 1.0.9 (a higher version number).",
        ),
        (
            [version("1.0.0", we=False, ne=False), version("1.0.9", we=False)],
            "Promoted, but latest resolves to 1.0.9 (a higher version number) in we.",
        ),
        ([version("1.0.0", we=True, ne=False)], "Promoted, but latest resolves to nothing in we."),
        ([version("1.0.0", excluded=True, we=False)], "Promoted, but latest resolves to nothing."),
    ],
)
def test_what_is_said_of_a_promotion(versions: list[ImageVersion], sentence: str) -> None:
    """It is said only where it is so, in every region of the version; another version is named."""
    assert promotion_sentence(versions[0], LatestVersion.of(versions)) == sentence


def test_in_words() -> None:
    """One number where all regions agree, else each region; an empty latest is nothing."""
    assert str(LatestVersion(by_region={"we": "1.0.0", "ne": "1.0.0"})) == "1.0.0"
    assert str(LatestVersion(by_region={"we": "1.0.0", "ne": ""})) == "1.0.0 in we, nothing in ne"
    assert str(LatestVersion(by_region={"we": ""})) == "nothing"
    assert str(LatestVersion(by_region={})) == "nothing"


def test_hidden_and_visible_everywhere() -> None:
    """One region alone is neither the one nor the other."""
    assert is_hidden_everywhere(version("1.0.0", excluded=True, we=False))
    assert is_visible_everywhere(version("1.0.0", we=False))
    partly = version("1.0.0", we=True, ne=False)
    assert not is_hidden_everywhere(partly)
    assert not is_visible_everywhere(partly)
