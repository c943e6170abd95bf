"""What tags may ask of a smoke test."""

import json

import pytest

from imagegate.flows.tagged_spec import hold_to_bounds, spec_of_tags
from imagegate.flows.telling import StepFailed
from imagegate.model import SmokeSpec
from imagegate.model.smoke_bounds import SmokeBounds
from imagegate.model.verification import Cause


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"probes": []}, "probes"),
        ({"probes": [{"tcp": {"port": 80}}], "deadline": "3h"}, "deadline: 3h is out of range: expected 1s to 2h"),
        ({"probes": [{"http": {"path": "@169.254.169.254/"}}]}, "@169.254.169.254/"),
    ],
    ids=["no probe", "deadline", "address"],
)
def test_what_the_schema_refuses(body: dict[str, object], said: str) -> None:
    """The sentence names key, value and bound."""
    with pytest.raises(StepFailed) as caught:
        spec_of_tags({"imagegate-smoke-0": json.dumps(body)})

    assert caught.value.cause is Cause.UNUSABLE
    assert said in caught.value.reason


def test_no_specification() -> None:
    """A version that imagegate did not build is reported differently from a damaged one."""
    with pytest.raises(StepFailed, match="carries no smoke specification"):
        spec_of_tags({"team": "web"})


@pytest.mark.parametrize("job", [{}, {"bounds": None}, {"bounds": SmokeBounds().to_json(), "smoke": {"reboot": True}}])
def test_not_held(job: dict[str, object]) -> None:
    """A job of an older release has no bounds, and a folder's specification is trusted."""
    hold_to_bounds(job, SmokeSpec(vm_sizes=("Standard_M416ms_v2",)))


def test_held() -> None:
    """What tags ask for beyond the bounds is unusable."""
    with pytest.raises(StepFailed, match="IMAGEGATE_SMOKE_VM_SIZES") as caught:
        hold_to_bounds({"bounds": SmokeBounds().to_json()}, SmokeSpec(vm_sizes=("Standard_M416ms_v2",)))

    assert caught.value.cause is Cause.UNUSABLE
