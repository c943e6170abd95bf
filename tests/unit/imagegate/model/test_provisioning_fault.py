"""Whose fault it is, by the codes of real error bodies."""

import json
from pathlib import Path

import pytest

from imagegate.gateway.arm_errors import parse_error_body
from imagegate.model.provisioning_fault import cause_of
from imagegate.model.verification import Cause


@pytest.mark.parametrize(
    ("codes", "text", "wanted"),
    [
        (["DeploymentFailed", "Conflict", "SkuNotAvailable"], "", Cause.CAPACITY),
        (["ZonalAllocationFailed"], "", Cause.CAPACITY),
        (["OperationNotAllowed"], "Operation results in exceeding quota limits of Core.", Cause.CAPACITY),
        (["OperationNotAllowed"], "The template is running.", Cause.SERVICE),
        (["RequestDisallowedByPolicy"], "", Cause.POLICY),
        (["TooManyRequests"], "", Cause.THROTTLING),
        (["AuthorizationFailed"], "", Cause.NOT_AUTHORISED),
        (["DeploymentFailed", "OSProvisioningTimedOut"], "", Cause.IMAGE),
        (["DeploymentFailed", "SkuNotAvailable", "OSProvisioningClientError"], "", Cause.IMAGE),
        ([], "", Cause.SERVICE),
    ],
)
def test_cause(codes: list[str], text: str, wanted: Cause) -> None:
    """Capacity, quota, policy and throttling blame nobody; only the guest's own failure blames the image."""
    assert cause_of(codes, text) is wanted


def test_real_errors_never_blame_the_image(corpus: Path) -> None:
    """None of the recorded errors, which have nothing to do with a guest, is taken for the image's fault."""
    document = json.loads((corpus / "arm-recordings" / "errors.json").read_text(encoding="utf-8"))
    bodies = [
        entry["body"] if isinstance(entry["body"], str) else json.dumps(entry["body"])
        for part in document.values()
        if isinstance(part, list)
        for entry in part
        if isinstance(entry, dict) and "body" in entry
    ]

    faults = [parse_error_body(body) for body in bodies]

    assert faults
    assert not [fault for fault in faults if cause_of(fault.codes, str(fault)) is Cause.IMAGE]
