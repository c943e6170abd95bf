"""Real refusals of Azure, provoked here: each comes out with its own code, words and headers for its own fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloud_bench import Bench, make_bench
from documents import normalized
from localazure.arm.messages import ArmResponse
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID
from recordings import shape

type Recorded = dict[str, Any]
type Provoke = Callable[[Bench, "str", "str"], ArmResponse]

_OUT_OF_SCOPE = Path(__file__).parent / "arm_errors_out_of_scope.json"
_SUBSCRIPTION = re.compile(r"(?i)(/subscriptions/)[0-9a-f-]{36}")
_GROUP = re.compile(r"(?i)^(/subscriptions/[^/]+)/resourcegroups/([^/?]+)")
_WEST = {"location": "westus"}
_NETWORK = "/providers/Microsoft.Network"


def _here(text: str) -> str:
    return _SUBSCRIPTION.sub(rf"\g<1>{DEFAULT_SUBSCRIPTION_ID}", text)


def _group(bench: Bench, path: str) -> str:
    """The group of a path, made; its id."""
    found = _GROUP.match(path)
    assert found is not None
    group_id = f"{found[1]}/resourceGroups/{found[2]}"
    bench("PUT", group_id, _WEST, api_version="2022-09-01")
    return group_id


def _asked(bench: Bench, path: str, version: str, *, make_group: bool = True) -> ArmResponse:
    if make_group and _GROUP.match(path):
        _group(bench, path)
    return bench("GET", path, api_version=version)


def _missing(bench: Bench, path: str, version: str) -> ArmResponse:
    return _asked(bench, path, version)


def _missing_group(bench: Bench, path: str, version: str) -> ArmResponse:
    return _asked(bench, path, version, make_group=False)


def _head(bench: Bench, path: str, version: str) -> ArmResponse:
    return bench("HEAD", path, api_version=version)


def _network(bench: Bench, group: str, name: str, subnet: str) -> str:
    """A network with one subnet; the subnet's id."""
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = [{"name": subnet, "properties": {"addressPrefix": "10.0.0.0/24"}}]
    network = f"{group}{_NETWORK}/virtualNetworks/{name}"
    bench.settled("PUT", network, {**_WEST, "properties": {**space, "subnets": subnets}})
    return f"{network}/subnets/{subnet}"


def _bad_prefix(bench: Bench, path: str, version: str) -> ArmResponse:
    group, network = _group(bench, path), path.split("/subnets/", maxsplit=1)[0]
    _network(bench, group, network.rsplit("/", 1)[1], "other")
    return bench("PUT", path, {"properties": {"addressPrefix": "10.0.4.0/24--no-wait"}}, api_version=version)


def _machine(bench: Bench, group: str, name: str) -> str:
    """A machine with all that the az CLI makes for it, named as the az CLI names it; the machine's id."""
    subnet = _network(bench, group, f"{name}VNET", f"{name}Subnet")
    rules, address = f"{group}{_NETWORK}/networkSecurityGroups/{name}NSG", f"{group}{_NETWORK}/publicIPAddresses/"
    bench.settled("PUT", rules, _WEST)
    bench.settled("PUT", f"{address}{name}PublicIP", _WEST)
    configuration = {"subnet": {"id": subnet}, "publicIPAddress": {"id": f"{address}{name}PublicIP"}}
    configurations = [{"name": f"ipconfig{name}", "properties": configuration}]
    interface = f"{group}{_NETWORK}/networkInterfaces/{name}VMNic"
    given = {"ipConfigurations": configurations, "networkSecurityGroup": {"id": rules}}
    bench.settled("PUT", interface, {**_WEST, "properties": given})
    image = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
    properties = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
        "storageProfile": {"imageReference": image, "osDisk": {"createOption": "FromImage", "name": f"{name}_OsDisk"}},
        "osProfile": {
            "computerName": "m",
            "adminUsername": "azureuser",
            "adminPassword": "Not-a-secret-1",
        },
        "networkProfile": {"networkInterfaces": [{"id": interface}]},
    }
    machine = f"{group}/providers/Microsoft.Compute/virtualMachines/{name}"
    made = bench("PUT", machine, {**_WEST, "properties": properties}, api_version="2024-07-01")
    assert made.status == 201, made.body
    return machine


def _in_use(bench: Bench, path: str, version: str) -> ArmResponse:
    _machine(bench, _group(bench, path), "cli-test-vm000002")
    return bench("DELETE", path, api_version=version)


def _disk_in_use(bench: Bench, path: str, version: str) -> ArmResponse:
    group = _group(bench, path)
    _machine(bench, group, "cli-test-vm000002")
    disk = f"{group}/providers/Microsoft.Compute/disks/cli-test-vm000002_OsDisk"
    while bench("GET", disk, api_version=version).status == 404:
        bench.clock.sleep(0.01)
    return bench("DELETE", disk, api_version=version)


def _unknown_principal(bench: Bench, path: str, version: str) -> ArmResponse:
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    role = f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/{reader}"
    properties = {"roleDefinitionId": role, "principalId": "18082f29-fabc-4d67-bc7e-d83a98f5df1e"}
    return bench("PUT", path, {"properties": properties}, api_version=version)


def _container(bench: Bench, path: str, version: str) -> ArmResponse:
    account = re.split("(?i)/blobservices/", path)[0]
    _group(bench, path)
    bench.settled("PUT", account, {**_WEST, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"})
    return bench("GET", path, api_version=version)


def _across_groups(bench: Bench, path: str, version: str) -> ArmResponse:
    _group(bench, path)
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2017-05-10",
        "name": "nested",
        "resourceGroup": "SomeRandomRG",
        "properties": {"mode": "Incremental", "template": _template()},
    }
    body = {"properties": {"mode": "Incremental", "template": _template(resources=[nested])}}
    return bench("POST", path, body, api_version=version)


def _template(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": [], **parts}


def _no_parameter(bench: Bench, path: str, version: str) -> ArmResponse:
    _group(bench, path)
    template = _template(parameters={"extra_param": {"type": "string"}})
    return bench("POST", path, {"properties": {"mode": "Incremental", "template": template}}, api_version=version)


# By code and method: how the fault comes about. Names are the recording's own.
_PROVOKED: dict[tuple[str, str], Provoke] = {
    ("InvalidAddressPrefixFormat", "PUT"): _bad_prefix,
    ("NicInUse", "DELETE"): _in_use,
    ("InUseNetworkSecurityGroupCannotBeDeleted", "DELETE"): _in_use,
    ("PublicIPAddressCannotBeDeleted", "DELETE"): _in_use,
    ("InUseSubnetCannotBeDeleted", "DELETE"): _in_use,
    ("OperationNotAllowed", "DELETE"): _disk_in_use,
    ("ResourceNotFound", "GET"): _missing,
    ("ResourceGroupNotFound", "GET"): _missing_group,
    ("ResourceGroupNotFound", "POST"): _across_groups,
    ("", "HEAD"): _head,
    ("InvalidTemplate", "POST"): _no_parameter,
    ("PrincipalNotFound", "PUT"): _unknown_principal,
    ("ContainerNotFound", "GET"): _container,
}


def _errors(corpus: Path) -> list[Recorded]:
    listed = json.loads((corpus / "arm-recordings" / "errors.json").read_text())["errors"]
    assert isinstance(listed, list)
    return listed


def _code(entry: Recorded) -> str:
    body = entry["body"]
    return str((body.get("error") or {}).get("code", "")) if isinstance(body, dict) else ""


def _reason(entry: Recorded) -> str | None:
    """Why an error does not come about here; None for those that do."""
    path = entry["uri"].split("?")[0].lower()
    for one in json.loads(_OUT_OF_SCOPE.read_text())["errors"]:
        if (
            one["code"] in ("*", _code(entry))
            and one["path"].lower() in path
            and one.get("status") in (None, entry["status"])
        ):
            return str(one["reason"])
    return None


def _words(message: str) -> str:
    """A message without what differs from call to call: ids, names that the service made, lines of a request."""
    text = _here(message)
    text = re.sub(r"\b[0-9a-f]{32}\b", "<guid>", normalized(text))
    text = re.sub(r"(?<=_OsDisk)_\w+", "", text)
    text = re.sub(r"\s*RequestId:.*", "", text, flags=re.DOTALL)
    text = re.sub(r" at line '\d+' and column '\d+'", "", text)  # of the whole body, which is not recorded
    text = re.sub(r"(?i)(?<=_OsDisk)<digest>|(?<=resourcegroups/)cli_test_delete_dependent\w+", "", text)
    return text.lower() if "/subscriptions/" in text.lower() else text


def test_real_errors_come_out_for_their_faults(corpus: Path, tmp_path: Path) -> None:
    """Status, code, message and the gateway's header are the recorded ones, with the same names."""
    parted = []
    for place, entry in enumerate(_errors(corpus)):
        if _reason(entry) is not None:
            continue
        bench = make_bench(tmp_path / str(place))
        try:
            path, _, query = _here(entry["uri"].removeprefix("https://management.azure.com")).partition("?")
            version = re.findall(r"api-version=([\w-]+)", query)[0]
            made = _PROVOKED[_code(entry), entry["method"]](bench, path, version)
            recorded = entry["body"] if isinstance(entry["body"], dict) else {"error": {}}
            ours = (made.body or {}).get("error", {})
            pair = [_words(str(error.get("message", ""))) for error in (recorded["error"], ours)]
            gateway = "x-ms-failure-cause" in entry["headers"]
            if (made.status, ours.get("code", "")) != (entry["status"], _code(entry)) or pair[0] != pair[1]:
                parted.append(f"{entry['method']} {path}\n  {entry['status']} {pair[0]}\n  {made.status} {pair[1]}")
            elif gateway and "x-ms-failure-cause" not in made.headers:
                parted.append(f"{entry['method']} {path}: not said to be the gateway's")
            elif "details" in recorded["error"] and shape(ours.get("details")) != shape(recorded["error"]["details"]):
                parted.append(f"{entry['method']} {path}: details {ours}")
        finally:
            bench.close()
    assert not parted, "\n".join(parted)


def test_every_error_is_provoked_or_argued_for(corpus: Path) -> None:
    """No error is left out without a reason, and no reason stays without its error."""
    entries = _errors(corpus)
    unknown = [
        entry["uri"] for entry in entries if _reason(entry) is None and (_code(entry), entry["method"]) not in _PROVOKED
    ]
    used = {_reason(entry) for entry in entries}
    listed = json.loads(_OUT_OF_SCOPE.read_text())["errors"]

    assert not unknown
    assert not [one for one in listed if one["reason"] not in used]


@pytest.mark.parametrize("namespace", ["Microsoft.Storage", "Microsoft.EventGrid"])
def test_an_unregistered_namespace_is_refused_in_azures_words(corpus: Path, tmp_path: Path, namespace: str) -> None:
    """The recorded refusal is for a namespace that is not served; the same words come for those that are."""
    recorded = next(entry for entry in _errors(corpus) if _code(entry) == "MissingSubscriptionRegistration")
    wanted = json.loads(json.dumps(recorded["body"]).replace("Microsoft.DevTestLab", namespace))
    bench = make_bench(tmp_path)
    try:
        path = f"~/providers/{namespace}/"
        bench("POST", f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/providers/{namespace}/unregister")
        bench.clock.let_pass(seconds=1)
        kind = "storageAccounts/a" if namespace == "Microsoft.Storage" else "topics/t"
        made = bench("PUT", path + kind, _WEST)
    finally:
        bench.close()
    if made.status != 501:  # this bench serves no events
        assert (made.status, made.body) == (recorded["status"], wanted)
