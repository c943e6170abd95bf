"""Resource groups and providers."""

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.gateway.resource_groups import ensure_resource_group, register_providers, unregistered_providers
from imagegate.waiting import Deadline

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg"
PROVIDER = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute"


def test_a_group_that_is_there_stays_as_it_is(wire: Wire) -> None:
    """A group of somebody's own, with its own tags and place, is used and not changed."""
    wire.on("GET", GROUP, Answer(body={"id": GROUP, "location": "eastus", "tags": {"mine": "1"}}))

    assert not ensure_resource_group(cloud_on(wire), "rg", location="westeurope", tags={"a": "b"})
    assert [seen.method for seen in wire.seen] == ["GET"]


def test_a_group_that_is_not_there_is_made(wire: Wire) -> None:
    """A new group gets the region and our mark."""
    wire.on("GET", GROUP, Answer(status=404, body={"error": {"code": "ResourceGroupNotFound", "message": "x"}}))
    wire.on("PUT", GROUP, Answer(status=201, body={"id": GROUP, "location": "westeurope"}))

    assert ensure_resource_group(cloud_on(wire), "rg", location="westeurope", tags={"a": "b"})
    assert wire.calls("PUT", GROUP)[0].json == {"location": "westeurope", "tags": {"a": "b"}}


def test_registration_is_waited_for(wire: Wire, clock: HandClock) -> None:
    """A registration that takes its time is waited for; spelling does not matter."""
    states = ("NotRegistered", "Registering", "Registering", "registered")
    wire.on("GET", PROVIDER, *(Answer(body={"registrationState": state}) for state in states))
    wire.on("POST", f"{PROVIDER}/register", Answer(body={"registrationState": "Registering"}))
    cloud = cloud_on(wire)

    missing = unregistered_providers(cloud, ("Microsoft.Compute",))
    register_providers(cloud, missing, deadline=Deadline.after(60, clock))

    assert missing == ("Microsoft.Compute",)
    assert len(wire.calls("POST", ".*")) == 1
    assert clock.slept == [1, 1.5]
