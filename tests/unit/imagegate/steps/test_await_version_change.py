"""Waiting until a version is as wished."""

import pytest

from fake_wire import HandClock, Wire
from gate_bench import GateBench
from imagegate.errors import DeadlinePassed, ResourceMissing
from imagegate.gateway.image_versions import VersionWish
from imagegate.model import ResourceId
from imagegate.steps.await_version_change import await_version_change
from imagegate.waiting import Deadline
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID


def test_until_it_is_seen(wire: Wire, clock: HandClock) -> None:
    """One change is sent, another one that goes on is waited out, and the end is what was read back."""
    bench = GateBench(wire, JobIssuer())
    assert bench.version is not None
    properties = bench.version["properties"]
    properties["provisioningState"] = "Updating"

    def ended(_seconds: float) -> None:
        properties["provisioningState"] = "Succeeded"

    clock.at_sleep = ended

    await_version_change(
        bench.cloud, ResourceId.parse(VERSION_ID), VersionWish(excluded=False), deadline=Deadline.after(60, clock)
    )

    assert not bench.hidden
    assert len(wire.calls("PATCH", ".*")) == 1


def test_no_end(wire: Wire, clock: HandClock) -> None:
    """A version that never shows the change ends the wait at the deadline, and a version that goes ends it at once."""
    bench = GateBench(wire, JobIssuer())
    assert bench.version is not None
    bench.version["properties"]["provisioningState"] = "Updating"
    version_id, wish = ResourceId.parse(VERSION_ID), VersionWish(excluded=False)

    with pytest.raises(DeadlinePassed, match=r"the change of the image version 1\.2\.3"):
        await_version_change(bench.cloud, version_id, wish, deadline=Deadline.after(60, clock))
    bench.version = None
    with pytest.raises(ResourceMissing):
        await_version_change(bench.cloud, version_id, wish, deadline=Deadline.after(60, clock))
