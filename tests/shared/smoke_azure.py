"""The wire of the verify story replaced: an Azure of a few dictionaries, reached through the SDK's whole pipeline."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.gateway.cloud import Cloud

IMAGES = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images"
SMOKE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images-smoke"
DEFINITION_ID = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden/images/web"
VERSION_ID = f"{DEFINITION_ID}/versions/1.2.3"


@dataclass(kw_only=True)
class SmokeAzure:
    """What the story asks for, and a knob for each thing that may go wrong.

    `refusals`: (method, part of the path) → answers to give first, in their order. `deployment_faults`: by VM size or
    region, the error that a deployment there ends with. `polls`: how often a deployment says it is running.
    `boot_address` is what the public address becomes; `ghosts` are what lists show and is not there; `bodies`
    are those of all PATCH requests.
    """

    boot_address: str = "127.0.0.1"
    polls: int = 1
    deletions_take: int = 0
    cascade: bool = True
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    deployment_faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    run_command: dict[str, Any] | None = None
    serial_log_address: str = ""
    power_state: str = "running"
    requests: list[tuple[str, str]] = field(default_factory=list)
    ghosts: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    def cloud(self, wire: Wire | None = None) -> Cloud:
        """A connection to it, on the given wire or one of its own."""
        wire = wire or Wire()
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
            wire.on(method, ".*", self._answer)
        cloud = cloud_on(wire)
        cloud.transport.sleep = lambda _seconds: None  # the SDK's own retries
        return cloud

    def add_version(self, *, tags: Mapping[str, str] | None = None, **properties: object) -> dict[str, Any]:
        """An image version that is there, replicated and excluded from latest, with its definition."""
        self.add(DEFINITION_ID, osType="Linux", osState="Generalized", hyperVGeneration="V2", architecture="x64")
        profile = {
            "targetRegions": [{"name": "West Europe", "regionalReplicaCount": 1, "excludeFromLatest": True}],
            "replicaCount": 1,
            "excludeFromLatest": True,
            "publishedDate": "2026-11-20T10:00:00+00:00",
        }
        status = {"aggregatedState": "Completed", "summary": [{"region": "West Europe", "state": "Completed"}]}
        defaults: dict[str, Any] = {
            "provisioningState": "Succeeded",
            "publishingProfile": profile,
            "storageProfile": {"source": {"id": "/subscriptions/x/images/y"}, "osDiskImage": {"sizeInGB": 30}},
            "replicationStatus": status,
        }
        return self.add(VERSION_ID, tags=tags, **{**defaults, **properties})

    def add(self, resource_id: str, *, tags: Mapping[str, str] | None = None, **properties: object) -> dict[str, Any]:
        """Any resource."""
        body = {"id": resource_id, "name": resource_id.rsplit("/", 1)[-1], "location": "westeurope"}
        document: dict[str, Any] = {**body, "tags": dict(tags or {}), "properties": dict(properties)}
        self.resources[resource_id.lower()] = document
        return document

    @property
    def smoke_resources(self) -> list[str]:
        """Ids of all that is in the smoke group, deployments included."""
        inside = [
            one["id"]
            for key, one in self.resources.items()
            if key.startswith(f"{SMOKE.lower()}/") and "/operations/" not in key
        ]
        return sorted([*inside, *(one["id"] for one in self.deployments.values())])

    def count(self, method: str, part: str) -> int:
        """How many requests of that method went to a path that contains the part."""
        return sum(1 for done, path in self.requests if done == method and part.lower() in path.lower())

    def _answer(self, seen: Seen) -> Answer:
        self.requests.append((seen.method, seen.path))
        for (refused, part), answers in self.refusals.items():
            if refused == seen.method and part.lower() in seen.path.lower() and answers:
                return answers.pop(0)
        if re.search(r"/deployments/[^/]+", seen.path):
            return self._deployment(seen)
        if seen.path.lower().endswith(("/resources", "/deployments")):
            return Answer(body={"value": self._listed(seen.path)})
        match seen.method:
            case "POST":
                return self._action(seen.path)
            case "DELETE":
                return self._delete(seen.path)
            case "PATCH":
                return self._patch(seen)
            case "PUT":
                return self._put_run_command(seen)
            case _:
                return self._get(seen.path)

    def _get(self, path: str) -> Answer:
        if path.lower().endswith(("/versions", "/imagetemplates")):
            inside = [one for key, one in self.resources.items() if key.startswith(f"{path.lower()}/")]
            return Answer(body={"value": inside})
        found = self.resources.get(path.lower())
        if found is None:
            return _error(404, "ResourceNotFound", f"The Resource '{path}' was not found.")
        state = found["properties"]
        if state.get("provisioningState") == "Deleting" and "left" in state:
            state["left"] -= 1
            if state["left"] < 0:
                del self.resources[path.lower()]
                return _error(404, "ResourceNotFound", f"The Resource '{path}' was not found.")
        if state.get("provisioningState") == "Updating" and "/versions/" in path:
            state["provisioningState"] = "Succeeded"
            return Answer(body={**found, "properties": {**state, "provisioningState": "Updating"}})
        return Answer(body=found)

    def _delete(self, path: str) -> Answer:
        found = self.resources.get(path.lower())
        if found is None:
            return Answer(status=204)
        users = [
            one["id"]
            for one in self.resources.values()
            if path.lower() in [used.lower() for used in one["properties"].get("uses", [])]
        ]
        if users:
            return _error(400, "InUse", f"{path} is in use by {users[0]}.")
        if self.deletions_take:
            found["properties"] |= {"provisioningState": "Deleting", "left": self.deletions_take}
        else:
            del self.resources[path.lower()]
        if "/virtualMachines/" in path and self.cascade:
            for suffix in ("-nic", "-ip", "-osdisk"):
                for key in [key for key in self.resources if key.endswith(found["name"].lower() + suffix)]:
                    del self.resources[key]
        return Answer(status=202)

    def _patch(self, seen: Seen) -> Answer:
        found, body = self.resources[seen.path.lower()], seen.json
        self.bodies.append(body)
        if "tags" in body:
            found["tags"] = body["tags"]
        profile = (body.get("properties") or {}).get("publishingProfile")
        if profile is not None:
            found["properties"]["publishingProfile"] |= profile
        found["properties"]["provisioningState"] = "Updating"
        return Answer(body=found)

    def _action(self, path: str) -> Answer:
        vm = self.resources.get(path.lower().rsplit("/", 1)[0])
        if vm is None:
            return _error(404, "ResourceNotFound", path)
        if path.endswith("/retrieveBootDiagnosticsData"):
            return Answer(body={"serialConsoleLogBlobUri": self.serial_log_address})
        operation = f"{SMOKE}/providers/Microsoft.Compute/operations/restart"
        self.resources[operation.lower()] = {"id": operation, "status": "Succeeded", "properties": {}}
        address = f"https://management.azure.com{operation}?api-version=2024-07-01&t=1"
        return Answer(status=202, headers={"Azure-AsyncOperation": address})

    def _put_run_command(self, seen: Seen) -> Answer:
        view = self.run_command or {"executionState": "Succeeded", "exitCode": 0, "output": "imagegate-probe: 200\n"}
        self.add(
            seen.path,
            script=seen.json["properties"]["source"]["script"],
            instanceView=view,
            provisioningState="Succeeded",
        )
        return Answer(status=201, body=self.resources[seen.path.lower()])

    def _listed(self, path: str) -> list[dict[str, Any]]:
        if path.lower().endswith("/deployments"):
            return list(self.deployments.values())
        group = path.lower().removesuffix("/resources")
        inside = [one for key, one in self.resources.items() if key.startswith(f"{group}/")]
        return [*inside, *self.ghosts]

    def _deployment(self, seen: Seen) -> Answer:
        method, name = seen.method, seen.path.partition("/deployments/")[2].partition("/")[0]
        found = self.deployments.get(name)
        if method == "PUT":
            return self._deploy(seen.path, name, seen.json)
        if found is None:
            if method == "DELETE":
                return Answer(status=204)
            return _error(404, "DeploymentNotFound", f"'{name}' not found")
        properties = found["properties"]
        if method == "POST":
            properties["provisioningState"] = "Canceled"
            return Answer(status=204)
        if method == "DELETE":
            if properties["provisioningState"] == "Running":
                return _error(409, "DeploymentActive", "The deployment is active.")
            del self.deployments[name]
            return Answer(status=202)
        shown = {**found, "properties": dict(properties)}
        if properties["provisioningState"] == "Running":
            self._go_on(properties)
        return Answer(body=shown)

    def _go_on(self, properties: dict[str, Any]) -> None:
        properties["polls"] -= 1
        if properties["polls"] > 0:
            return
        fault = properties["fault"]
        properties["provisioningState"] = "Failed" if fault else "Succeeded"
        if fault:
            properties["error"] = fault

    def _deploy(self, path: str, name: str, body: dict[str, Any]) -> Answer:
        given = {key: value["value"] for key, value in body["properties"]["parameters"].items()}
        fault = self.deployment_faults.get(given["vmSize"]) or self.deployment_faults.get(given["location"])
        made = self._make(name, given)
        exposed = given["reach"] == "public-ip"
        self.deployments[name] = {
            "id": path,
            "name": name,
            "tags": body["tags"],
            "properties": {
                "provisioningState": "Running",
                "polls": self.polls,
                "fault": fault,
                "given": given,
                "template": sorted(body["properties"]["template"]),
                "outputs": {"publicIpAddress": {"type": "string", "value": self.boot_address if exposed else ""}},
                "outputResources": [{"id": one} for one in made if not one.endswith("-osdisk")],
            },
        }
        return Answer(status=201, body=self.deployments[name])

    def _make(self, name: str, given: dict[str, Any]) -> list[str]:
        network, compute = f"{SMOKE}/providers/Microsoft.Network", f"{SMOKE}/providers/Microsoft.Compute"
        nsg, vnet = f"{network}/networkSecurityGroups/{name}-nsg", f"{network}/virtualNetworks/{name}-vnet"
        ip, nic = f"{network}/publicIPAddresses/{name}-ip", f"{network}/networkInterfaces/{name}-nic"
        vm, disk = f"{compute}/virtualMachines/{name}", f"{compute}/disks/{name}-osdisk"
        tags = given["tags"]
        self.add(nsg, tags=tags)
        self.add(vnet, tags=tags, uses=[nsg])
        self.add(ip, tags=tags)
        self.add(nic, tags=tags, uses=[ip, vnet])
        statuses = [{"code": f"PowerState/{self.power_state}", "displayStatus": f"VM {self.power_state}"}]
        view = {"statuses": statuses, "vmAgent": {"statuses": [{"displayStatus": "Ready"}]}}
        self.add(vm, tags=tags, uses=[nic, disk], provisioningState="Succeeded", instanceView=view)
        self.add(disk)
        return [nsg, vnet, ip, nic, vm, disk]


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status=status, body={"error": {"code": code, "message": message}})
