"""Whom the build VM may not have as an identity."""

from pathlib import Path
from typing import Any

import pytest

from image_settings import image_settings
from imagegate.settings import AzureSettings
from imagegate.steps.find_builder_on_vm import find_builder_on_vm

_KIND = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
MAIN = f"/subscriptions/s/resourceGroups/rg/{_KIND}/imagegate-builder"
OWN = f"/subscriptions/s/resourceGroups/other/{_KIND}/own"


@pytest.fixture
def azure(tmp_path: Path) -> AzureSettings:
    """Where the image is built."""
    return image_settings(tmp_path, subscription_id="s").azure


def _body(on_vm: Any, as_whom: Any = None) -> dict[str, Any]:  # noqa: ANN401 - whatever a template holds
    return {
        "identity": {"userAssignedIdentities": as_whom},
        "properties": {"vmProfile": {"userAssignedIdentities": on_vm}},
    }


@pytest.mark.parametrize("spelled", [MAIN, MAIN.lower(), f"{MAIN}/", MAIN.replace("/rg/", "/rg-pull-requests/")])
def test_a_builder_is_found_however_it_is_spelled(azure: AzureSettings, spelled: str) -> None:
    """The builder of either side, in any case."""
    assert find_builder_on_vm(_body(["/x/y", spelled]), azure) == [
        ("properties", "vmProfile", "userAssignedIdentities", 1)
    ]


def test_the_templates_own_identity_is_a_builder(azure: AzureSettings) -> None:
    """Whatever Image Builder acts as by this template counts, whoever made it."""
    assert len(find_builder_on_vm(_body([OWN], {OWN.upper(): {}}), azure)) == 1
    assert find_builder_on_vm(_body([OWN], {}), azure) == []


def test_member_names_have_no_case(azure: AzureSettings) -> None:
    """The service takes member names in any case; the place is spelled as the template has it."""
    body = {"Properties": {"VMPROFILE": {"userassignedidentities": [MAIN]}}}

    assert find_builder_on_vm(body, azure) == [("Properties", "VMPROFILE", "userassignedidentities", 0)]


@pytest.mark.parametrize("body", [{}, {"properties": "x"}, _body("x"), _body(None), _body([1, None])])
def test_another_shape_names_none(azure: AzureSettings, body: dict[str, Any]) -> None:
    """What is no list of ids is left for the service to refuse."""
    assert find_builder_on_vm(body, azure) == []
