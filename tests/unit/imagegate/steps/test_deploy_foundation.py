"""The foundation's own template, as the step uses it."""

import pytest

import armtemplate
from foundation import FOUNDATION as PARAMETERS
from imagegate.gateway.azure_templates import azure_template
from imagegate.steps.deploy_foundation import FOUNDATION


def test_the_template_takes_what_we_give() -> None:
    """The shipped template declares every parameter that the step knows, and gives every output that builds need."""
    template = azure_template("foundation")

    assert set(template["parameters"]) >= {
        "location",
        "galleryName",
        "imageDefinitionName",
        "identityName",
        "publisher",
        "offer",
        "sku",
        "securityType",
        "hyperVGeneration",
        "architecture",
        "builders",
        "verifiers",
        "smokeResourceGroup",
        "galleryResourceGroup",
    }
    assert set(template["outputs"]) >= {"identityId", "galleryImageId", "scriptContainerUrl"}
    assert FOUNDATION == "imagegate-foundation"


@pytest.mark.parametrize(
    ("verifies", "rights"),
    [
        (False, {"scripts": ["blob contributor"], "origin": ["signer"], "heartbeat": ["blob reader"]}),
        (
            True,
            {
                "scripts": ["blob contributor"],
                "origin": ["blob reader", "signer"],
                "records": ["blob contributor"],
                "heartbeat": ["blob reader"],
            },
        ),
    ],
)
def test_rights_on_containers(verifies: bool, rights: dict[str, list[str]]) -> None:
    """Who builds leaves proofs and reads none; only who also verifies reads them, and writes records."""
    job = [{"id": "job", "type": "User"}]
    given = {**PARAMETERS, "builders": job, "verifiers": job if verifies else []}
    roles = {
        "/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "blob reader",
        "/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe": "blob contributor",
    }

    found: dict[str, list[str]] = {}
    for resource in armtemplate.evaluate(azure_template("foundation"), parameters=given).deployed_resources():
        container = resource.scope.rpartition("/containers/")[2]
        if resource.body.get("properties", {}).get("principalId") == "job" and "/" not in container:
            role = resource.body["properties"]["roleDefinitionId"]
            names = [name for ending, name in roles.items() if role.endswith(ending)]
            found.setdefault(container, []).append(names[0] if names else "signer")

    assert {container: sorted(names) for container, names in found.items()} == rights


@pytest.mark.parametrize("gallery", ["resource-group", "another"], ids=["main", "pull requests"])
def test_rights_are_on_containers_that_are_made(gallery: str) -> None:
    """No side assigns a right on a container of the other: Azure knows no such scope, and the set-up would fail."""
    given = {**PARAMETERS, "galleryResourceGroup": gallery, "builders": [{"id": "job", "type": "User"}]}

    found = list(armtemplate.evaluate(azure_template("foundation"), parameters=given).deployed_resources())

    made = {one.name.rpartition("/")[2] for one in found if one.type.endswith("/containers")}
    scopes = {one.scope.rpartition("/containers/")[2] for one in found if "/containers/" in one.scope}
    assert {"scripts", "origin"} <= scopes <= made
