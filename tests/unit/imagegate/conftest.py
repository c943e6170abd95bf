"""The wire and the clock that the product's tests hold in their hands."""

import pytest

from fake_wire import HandClock, Wire


@pytest.fixture
def wire() -> Wire:
    """A wire with an empty table."""
    return Wire()


@pytest.fixture
def clock() -> HandClock:
    """A clock that only sleeping moves."""
    return HandClock()
