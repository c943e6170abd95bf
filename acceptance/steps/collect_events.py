"""Writes down the events of all runs so far, as Event Grid delivered them."""

from __future__ import annotations

from acceptance.exchange import Exchange
from acceptance.world import World


def collect_events(world: World) -> None:
    """One entry of the recording for each event."""
    if world.delivered is None:
        world.recorder.skip("events", "not recorded: the Function was not set up")
        return
    for event in world.delivered():
        world.recorder.add(Exchange(label="events/delivered", method="EVENT", body=event))
