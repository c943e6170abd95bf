"""Whom Image Builder acts as."""

from pathlib import Path

import pytest

from image_settings import image_settings
from imagegate.model.template_source import TemplateSource
from imagegate.settings import AzureSettings
from imagegate.steps.use_builder import use_builder

_BUILDER = "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/imagegate-builder"
MAIN, OTHER = (f"/subscriptions/s/resourceGroups/{group}{_BUILDER}" for group in ("rg", "rg-pull-requests"))
FOREIGN = f"/subscriptions/s/resourceGroups/elsewhere{_BUILDER}"


@pytest.fixture
def azure(tmp_path: Path) -> AzureSettings:
    """Where the image is built."""
    return image_settings(tmp_path, subscription_id="s").azure


def _used(azure: AzureSettings, group: str, *named: str) -> list[str]:
    body = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {name: {} for name in named}}}
    source = TemplateSource(file="t", body=body, scripts=(), lines={})
    return list(use_builder(source, azure, resource_group=group).body["identity"]["userAssignedIdentities"])


def test_the_main_side_keeps_what_the_template_names(azure: AzureSettings) -> None:
    """There the template's own builder is the right one."""
    assert _used(azure, "rg", MAIN) == [MAIN]


@pytest.mark.parametrize("spelled", [MAIN, MAIN.replace("resourceGroups", "resourcegroups"), MAIN.upper()])
def test_the_other_side_has_its_own(azure: AzureSettings, spelled: str) -> None:
    """However the template spells main's builder, the other side's takes its place."""
    assert _used(azure, "rg-pull-requests", spelled) == [OTHER]


def test_an_identity_of_somebody_else_stays(azure: AzureSettings) -> None:
    """What the set-up did not make is not replaced."""
    assert _used(azure, "rg-pull-requests", FOREIGN) == [FOREIGN]
