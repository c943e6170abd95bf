"""Preview features that a cloud asks for."""

from fake_wire import SUBSCRIPTION, Answer, HandClock, Token, Wire, cloud_on
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.endpoints import well_known
from imagegate.gateway.features import register_features, unregistered_features
from imagegate.waiting import Deadline

PREVIEW = "Microsoft.VirtualMachineImages/FairfaxPublicPreview"
FEATURE = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Features/providers/Microsoft.VirtualMachineImages/features/"
    "FairfaxPublicPreview"
)
PROVIDER = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.VirtualMachineImages"


def _state(state: str) -> Answer:
    return Answer(body={"properties": {"state": state}})


def test_us_government(wire: Wire, clock: HandClock) -> None:
    """Image Builder is a preview there: the feature is registered, waited for, and its provider registered anew."""
    wire.on("GET", FEATURE, _state("NotRegistered"), _state("Registering"), _state("Registered"))
    wire.on("POST", f"{FEATURE}/register", _state("Registering"))
    wire.on("POST", f"{PROVIDER}/register", Answer(body={"registrationState": "Registered"}))
    endpoints = well_known("https://management.usgovcloudapi.net")
    assert endpoints is not None
    cloud = Cloud(endpoints=endpoints, subscription_id=SUBSCRIPTION, credential=Token(), transport=wire.transport)

    missing = unregistered_features(cloud)
    register_features(cloud, missing, deadline=Deadline.after(60, clock))

    assert missing == (PREVIEW,)
    assert [seen.path for seen in wire.seen if seen.method == "POST"] == [f"{FEATURE}/register", f"{PROVIDER}/register"]
    assert {seen.host for seen in wire.seen} == {"management.usgovcloudapi.net"}


def test_public_cloud_asks_for_none(wire: Wire) -> None:
    """Elsewhere nothing is asked."""
    assert unregistered_features(cloud_on(wire)) == ()
    assert wire.seen == []
