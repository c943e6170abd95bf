"""A smoke VM's name and what belongs to it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from imagegate.gateway.azure_templates import azure_template
from imagegate.model.smoke_vm import SmokeVm

VM = SmokeVm(name="smoke-1", subscription_id="s", resource_group="g", region="westeurope", vm_size="Small")


@given(st.text(max_size=20), st.text(max_size=9))
def test_name(version_id: str, run: str) -> None:
    """The name is short, valid for a host, and the same whatever the capitals of id and region."""
    name = SmokeVm.name_for(version_id.upper(), run, "West Europe")

    assert re.fullmatch(r"smoke-[0-9a-f]{12}", name)
    assert name == SmokeVm.name_for(version_id.upper().lower(), run, "westeurope")


def test_names_differ() -> None:
    """Another run, version or region has another VM."""
    names = {SmokeVm.name_for(*parts) for parts in (("v", "1", "a"), ("v", "2", "a"), ("w", "1", "a"), ("v", "1", "b"))}

    assert len(names) == 4


def test_round_trip() -> None:
    """It survives JSON."""
    assert SmokeVm.from_json(VM.to_json()) == VM


def test_stages_cover_the_template() -> None:
    """The teardown knows every resource that the template makes, by type and by name, and the OS disk besides."""
    template = azure_template("smoke-vm")
    made = {resource["type"].lower() for resource in template["resources"]}
    known = {one.type.lower() for stage in VM.teardown_stages for one in stage}

    assert known == made | {"microsoft.compute/disks", "microsoft.resources/deployments"}
    text = str(template)
    for stage in VM.teardown_stages:
        for one in stage:
            suffix = one.name.removeprefix("smoke-1")
            assert f"'{suffix}'" in text or not suffix
