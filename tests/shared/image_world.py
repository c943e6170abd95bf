"""What an image build stands on, made through the cloud's own operations: gallery, template, network, machine."""

from __future__ import annotations

from typing import Any

from cloud_bench import RG, Bench

GALLERY = "~/providers/Microsoft.Compute/galleries/golden"
DEFINITION = f"{GALLERY}/images/apache"
TEMPLATE = "~/providers/Microsoft.VirtualMachineImages/imageTemplates/apache"
VM = "~/providers/Microsoft.Compute/virtualMachines/smoke"
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0sCzyNoC8Q1rxWcUqvo0iPzvcz+VFpNTAmrxIcB4Hf"
NEWEST = "2025-10-01"


def definition_body(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A Linux definition of the second generation with no security type."""
    given = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "imagegate", "offer": "apache", "sku": "default"},
        **properties,
    }
    return {"location": "westeurope", "properties": given}


def make_definition(bench: Bench, **properties: Any) -> None:  # noqa: ANN401 - any JSON
    """The gallery and a definition in it."""
    bench.settled("PUT", GALLERY, {"location": "westeurope"})
    bench.settled("PUT", DEFINITION, definition_body(**properties))


def shared_image(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A target in the gallery."""
    return {
        "type": "SharedImage",
        "runOutputName": "apache",
        "galleryImageId": DEFINITION.replace("~", RG),
        "targetRegions": [{"name": "westeurope"}],
        **fields,
    }


def template_body(identity: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A template of Debian 12 with one customizer and one target; None takes a property out."""
    given = {
        "source": {
            "type": "PlatformImage",
            "publisher": "Debian",
            "offer": "debian-12",
            "sku": "12-gen2",
            "version": "latest",
        },
        "customize": [{"type": "Shell", "name": "install", "inline": ["sudo true"]}],
        "distribute": [shared_image()],
        **properties,
    }
    return {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {name: value for name, value in given.items() if value is not None},
    }


def make_template(bench: Bench, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Identity, definition and template; the record of its submission."""
    make_definition(bench)
    return bench.settled("PUT", TEMPLATE, template_body(bench.identity("builder"), **properties), api_version=NEWEST)


def run(bench: Bench) -> dict[str, Any]:
    """Run the template to its end; the operation's record."""
    return bench.settled("POST", f"{TEMPLATE}/run", api_version=NEWEST)


def last_run(bench: Bench) -> dict[str, Any]:
    """The template's `lastRunStatus`."""
    return dict(bench.body(TEMPLATE, api_version=NEWEST)["properties"]["lastRunStatus"])


def make_version(bench: Bench) -> str:
    """An image version that a template's run has left; its id."""
    make_template(bench)
    assert run(bench)["status"] == "Succeeded", last_run(bench)
    return str(bench.body(f"{TEMPLATE}/runOutputs/apache", api_version=NEWEST)["properties"]["artifactId"])


def make_interface(bench: Bench, *, rules: list[dict[str, Any]] | None = None, public: bool = True) -> str:
    """A network interface with a public IP behind a security group; its id. Both go with a machine that says so."""
    network = "~/providers/Microsoft.Network"
    group = {"location": "westeurope", "properties": {"securityRules": rules or []}}
    bench.settled("PUT", f"{network}/networkSecurityGroups/nsg", group, api_version="2023-11-01")
    group_id = f"{network}/networkSecurityGroups/nsg".replace("~", RG)
    subnet = {"addressPrefix": "10.83.0.0/26", "networkSecurityGroup": {"id": group_id}}
    vnet = {
        "addressSpace": {"addressPrefixes": ["10.83.0.0/24"]},
        "subnets": [{"name": "smoke", "properties": subnet}],
    }
    body = {"location": "westeurope", "properties": vnet}
    bench.settled("PUT", f"{network}/virtualNetworks/vnet", body, api_version="2023-11-01")
    configuration: dict[str, Any] = {"subnet": {"id": f"{network}/virtualNetworks/vnet/subnets/smoke".replace("~", RG)}}
    if public:
        address = {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}}
        address["properties"] = {"publicIPAllocationMethod": "Static"}
        bench.settled("PUT", f"{network}/publicIPAddresses/ip", address, api_version="2023-11-01")
        address_id = f"{network}/publicIPAddresses/ip".replace("~", RG)
        configuration["publicIPAddress"] = {"id": address_id, "properties": {"deleteOption": "Delete"}}
    body = {
        "location": "westeurope",
        "properties": {"ipConfigurations": [{"name": "primary", "properties": configuration}]},
    }
    bench.settled("PUT", f"{network}/networkInterfaces/nic", body, api_version="2023-11-01")
    return f"{network}/networkInterfaces/nic".replace("~", RG)


def allow(port: str, *, source: str = "Internet", priority: int = 100, access: str = "Allow") -> dict[str, Any]:
    """An inbound rule for a port or range."""
    properties = {
        "priority": priority,
        "direction": "Inbound",
        "access": access,
        "protocol": "Tcp",
        "sourceAddressPrefix": source,
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": port,
    }
    return {"name": f"{access}-{port}-{priority}", "properties": properties}


def vm_body(image: str, interface: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A machine from an image version, whose disk and interface go with it; None takes a property out."""
    key = {"path": "/home/imagegate/.ssh/authorized_keys", "keyData": SSH_KEY}
    given = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
        "storageProfile": {
            "imageReference": {"id": image},
            "osDisk": {"name": "smoke-osdisk", "createOption": "FromImage", "deleteOption": "Delete"},
        },
        "osProfile": {
            "computerName": "smoke",
            "adminUsername": "imagegate",
            "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}},
        },
        "networkProfile": {
            "networkInterfaces": [{"id": interface, "properties": {"primary": True, "deleteOption": "Delete"}}]
        },
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        **properties,
    }
    return {
        "location": "westeurope",
        "tags": {"imagegate-owner": "imagegate"},
        "properties": {name: value for name, value in given.items() if value is not None},
    }


def make_vm(bench: Bench, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A version, an interface that lets port 80 in, and a machine; the record of its creation."""
    version, interface = make_version(bench), make_interface(bench, rules=[allow("80")])
    return bench.settled("PUT", VM, vm_body(version, interface, **properties))
