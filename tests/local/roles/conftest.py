"""One installation, in which every story was told once while nothing was missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from roles.stories import FirstTimes, tell_all
from roles.world import World, new_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The installation; who fetches a serial log trusts its cloud."""
    with new_world(tmp_path_factory.mktemp("roles")) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(made.local.ca_bundle))
        yield made


@pytest.fixture(scope="session")
def first_times(world: World) -> FirstTimes:
    """How every story went."""
    return tell_all(world)


@pytest.fixture(autouse=True)
def _held_to_the_recordings() -> None:
    """Not here: some of these templates begin with an image, and all that were recorded with a marketplace's."""
