"""The templates of the repository keep the rules that Azure taught us."""

import json
from pathlib import Path
from typing import Any

import pytest

from armtemplate import Deployment, evaluate, parse_json
from foundation import FOUNDATION

_IMAGE = {"imageTemplateName": "t", "galleryName": "g", "imageDefinitionName": "d", "targetRegions": ["we", "ne"]}
_FOUNDATION = {**FOUNDATION, "builders": [{"id": "p", "type": "User"}]}
_SMOKE = {
    "location": "westeurope",
    "vmName": "vm",
    "vmSize": "Standard_D2s_v5",
    "imageVersionId": "/v/1.0.0",
    "adminUsername": "imagegate",
    "sshPublicKey": "ssh-ed25519 AAAA",
    "securityType": "Standard",
    "probePorts": [80, 8080],
    "allowedSource": "Internet",
    "reach": "public-ip",
    "tags": {},
}


def _evaluated(repository: Path, name: str, parameters: dict[str, Any]) -> Deployment:
    path = repository / "templates" / name
    return evaluate(parse_json(path.read_text(), file=name), parameters=parameters)


def _properties(deployment: Deployment, resource_type: str) -> dict[str, Any]:
    return next(dict(one.body["properties"]) for one in deployment.resources if one.type == resource_type)


def _image(repository: Path) -> dict[str, Any]:
    deployment = _evaluated(repository, "apache-debian12/template.json", _IMAGE)
    return _properties(deployment, "Microsoft.VirtualMachineImages/imageTemplates")


def test_image_is_debian_12_hidden_from_latest(repository: Path) -> None:
    """The image is built from Debian 12, second generation, and published to every region, excluded from latest."""
    image = _image(repository)

    assert (image["source"]["offer"], image["source"]["sku"]) == ("debian-12", "12-gen2")
    assert image["vmProfile"]["vmSize"] == "Standard_D2s_v5"
    assert image["distribute"][0]["excludeFromLatest"] is True
    assert [region["name"] for region in image["distribute"][0]["targetRegions"]] == ["we", "ne"]


def test_apt_never_asks_and_never_races(repository: Path) -> None:
    """Each apt-get line runs through sudo, without questions, and waits for dpkg's lock."""
    lines = [line for step in _image(repository)["customize"] for line in step.get("inline", []) if "apt-get" in line]

    assert len(lines) >= 5
    for line in lines:
        assert line.startswith("sudo DEBIAN_FRONTEND=noninteractive apt-get ")
        assert "DPkg::Lock::Timeout=300" in line


def test_script_files_exist(repository: Path) -> None:
    """Each relative script of the image is a file of its folder."""
    scripts = [step["scriptUri"] for step in _image(repository)["customize"] if "scriptUri" in step]

    assert scripts
    assert all((repository / "templates" / "apache-debian12" / script).is_file() for script in scripts)


def test_security_type_is_said(repository: Path) -> None:
    """The image definition says its security type: left out, it would depend on the API version."""
    definition = _properties(
        _evaluated(repository, "azure/foundation.json", _FOUNDATION), "Microsoft.Compute/galleries/images"
    )

    assert definition["features"] == [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]


def test_builder_may_do_no_more_than_publish(repository: Path) -> None:
    """The builder's role has no wildcard and nothing outside Microsoft.Compute."""
    role = _properties(
        _evaluated(repository, "azure/foundation.json", _FOUNDATION), "Microsoft.Authorization/roleDefinitions"
    )
    actions = role["permissions"][0]["actions"]

    assert actions
    assert all(action.startswith("Microsoft.Compute/") and "*" not in action for action in actions)


def test_who_verifies_has_the_functions_rights(repository: Path) -> None:
    """A job that verifies does what the Function does in its stead, with the same actions on versions and smoke VMs.

    It looks at no list of galleries, as the guard does.
    """
    given = _FOUNDATION | {"verifiers": [{"id": "v", "type": "User"}]}
    foundation = [
        one.body["properties"]
        for one in _evaluated(repository, "azure/foundation.json", given).deployed_resources()
        if one.type == "Microsoft.Authorization/roleDefinitions"
    ]
    rights = json.loads((repository / "templates" / "azure" / "function.json").read_text())["variables"]["rights"]
    of_function = {right["name"]: set(right["actions"]) for right in rights}

    gallery, smoke = (
        set(role["permissions"][0]["actions"]) for role in foundation if role["roleName"].startswith("imagegate verify")
    )
    on_versions = {
        action for action in of_function["gallery"] if action.startswith("Microsoft.Compute/galleries/images/")
    }
    assert gallery - on_versions - of_function["templates"] == {"Microsoft.Resources/deployments/read"}
    assert (on_versions <= gallery, smoke) == (True, of_function["smoke"])


def test_who_builds_writes_no_version(repository: Path) -> None:
    """The role of a build has no wildcard, writes nothing but image templates, and attaches nothing."""
    roles = [
        one.body["properties"]
        for one in _evaluated(repository, "azure/foundation.json", _FOUNDATION).deployed_resources()
        if one.type == "Microsoft.Authorization/roleDefinitions"
    ]
    (build,) = [role for role in roles if role["roleName"].startswith("imagegate build (")]
    actions = build["permissions"][0]["actions"]

    assert not any("*" in action or "ManagedIdentity" in action for action in actions)
    changing = {action for action in actions if not action.endswith("/read")}
    assert all(action.startswith("Microsoft.VirtualMachineImages/imageTemplates/") for action in changing)


def test_scripts_are_private(repository: Path) -> None:
    """The script storage has neither public blobs nor shared keys."""
    storage = _properties(
        _evaluated(repository, "azure/foundation.json", _FOUNDATION), "Microsoft.Storage/storageAccounts"
    )

    assert storage["allowBlobPublicAccess"] is False
    assert storage["allowSharedKeyAccess"] is False


def test_smoke_network_opens_the_probed_ports_only(repository: Path) -> None:
    """One rule a probed port, from the source that was named, and none where nothing is exposed."""
    exposed = _evaluated(repository, "azure/smoke-vm.json", _SMOKE | {"allowedSource": "203.0.113.7"})
    hidden = _evaluated(repository, "azure/smoke-vm.json", _SMOKE | {"reach": "run-command"})

    rules = _properties(exposed, "Microsoft.Network/networkSecurityGroups")["securityRules"]
    assert [rule["properties"]["destinationPortRange"] for rule in rules] == ["80", "8080"]
    assert {rule["properties"]["sourceAddressPrefix"] for rule in rules} == {"203.0.113.7"}
    assert _properties(hidden, "Microsoft.Network/networkSecurityGroups")["securityRules"] == []


@pytest.mark.parametrize("reach", ["public-ip", "run-command"])
def test_everything_goes_with_the_vm(repository: Path, reach: str) -> None:
    """Disk, network interface and address are deleted with the virtual machine."""
    deployment = _evaluated(repository, "azure/smoke-vm.json", _SMOKE | {"reach": reach})
    machine = _properties(deployment, "Microsoft.Compute/virtualMachines")
    interface = _properties(deployment, "Microsoft.Network/networkInterfaces")
    address = interface["ipConfigurations"][0]["properties"]["publicIPAddress"]

    assert machine["storageProfile"]["osDisk"]["deleteOption"] == "Delete"
    assert machine["networkProfile"]["networkInterfaces"][0]["properties"]["deleteOption"] == "Delete"
    assert address is None or address["properties"]["deleteOption"] == "Delete"
