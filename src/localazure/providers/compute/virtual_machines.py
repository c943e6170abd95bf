"""Virtual machines: made from an image version, booted for real, removed with what they own.

Azure's PUT succeeds when the guest's agent has reported. Here it succeeds once the machine runs (unless
`ComputeSettings.wait_for_guest`): whoever probes does so with attempts anyway, and a local verdict must not take longer
than the bare boot. The instance view's `vmAgent` tells whether the guest has reported; a guest that has not done so
within `provisioning_timeout_s` turns the machine's provisioning state to Failed, OSProvisioningTimedOut, as on Azure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.compute import (
    data_disks,
    disks,
    interface_configurations,
    network_attachment,
    provisioning_faults,
    quotas,
    size_catalog,
    vm_changes,
    vm_document,
    vm_image,
    vm_plan,
)
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import (
    location_of,
    object_body,
    properties_of,
    put_internal,
    require,
    set_provisioning_state,
)
from localazure.providers.compute.guest import Guest
from localazure.providers.compute.instance_view import instance_view
from localazure.providers.compute.machines import Machines
from localazure.providers.compute.sizes import all_sizes
from localazure.providers.compute.vm_deletion import VmDeletion
from localazure.providers.compute.vm_document import TYPE
from localazure.providers.compute.vm_plan import VmPlan
from localazure.store import Document

GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines"
PATH = f"{GROUP}/{{vmName}}"


class VirtualMachines:
    """Create, read, change and list; deletion and power have files of their own."""

    def __init__(self, cloud: Cloud, machines: Machines, guest: Guest) -> None:
        self._cloud = cloud
        self._machines = machines
        self._guest = guest

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create, or change what may be changed on a machine that is there."""
        vm_id, body = request.resource_id, object_body(request)
        location = location_of(body)
        known = self._cloud.store.get(vm_id)
        if known is not None and known.body["properties"].get("provisioningState") != "Failed":
            return self._change(request, known, body)
        plan = vm_plan.plan(self._cloud, vm_id, location, properties_of(body))
        cores = self._cloud.settings.current.regional_cores
        quotas.require_cores(self._cloud, plan.size, location=location, limit=cores)
        if interface_configurations.described(properties_of(body)):
            made = interface_configurations.create(self._cloud, request, properties_of(body), location=location)
            plan = replace(plan, interfaces=made)
        return self._create(request, body, plan)

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change tags and the few properties that may change."""
        return self._change(request, require(self._cloud, request.resource_id), object_body(request))

    def get(self, request: ArmRequest) -> ArmResponse:
        """One machine; `$expand=instanceView` adds how it is."""
        known = self._guest.looked_at(require(self._cloud, request.resource_id))
        if "instanceview" in request.query.get("$expand", "").lower():
            known.body["properties"]["instanceView"] = instance_view(self._cloud, known, self._machines.get(known.id))
        return ArmResponse(body=known.body)

    def get_instance_view(self, request: ArmRequest) -> ArmResponse:
        """How a machine is."""
        known = self._guest.looked_at(require(self._cloud, request.target_id))
        return ArmResponse(body=instance_view(self._cloud, known, self._machines.get(known.id)))

    def list_by_group(self, request: ArmRequest) -> ArmResponse:
        """The machines of a resource group."""
        return self._listed(request.resource_id.group_id)

    def list_by_location(self, request: ArmRequest) -> ArmResponse:
        """The machines of a region."""
        wanted = normalized(request.parameters["location"])
        every = self.list_all(request).body["value"]
        return ArmResponse(body={"value": [vm for vm in every if normalized(str(vm["location"])) == wanted]})

    def list_sizes(self, request: ArmRequest) -> ArmResponse:
        """The sizes that a machine can be changed to."""
        require(self._cloud, request.target_id)
        return ArmResponse(body={"value": [size_catalog.document(size) for size in all_sizes()]})

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The machines of a subscription."""
        return self._listed(ResourceId(f"/subscriptions/{request.resource_id.subscription_id}"))

    def _listed(self, scope: ResourceId) -> ArmResponse:
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(scope, TYPE)]})

    def _create(self, request: ArmRequest, body: dict[str, Any], plan: VmPlan) -> ArmResponse:
        disk_id = vm_document.os_disk_id(plan.vm_id, properties_of(body).get("storageProfile") or {})
        disk = self._cloud.store.get(disk_id)
        if disk is not None and disk.body.get("managedBy") != plan.vm_id.text:
            message = f"Disk {disk_id.name} already exists in resource group {disk_id.resource_group.upper()}. "
            raise ArmError(409, "ConflictingUserInput", message + "Only CreateOption.Attach is supported.")
        wanted = (properties_of(body).get("storageProfile") or {}).get("dataDisks") or []
        data_disks.check(self._cloud, plan.vm_id, plan.size.name, wanted)
        created = timestamp(self._cloud.clock.now()).replace("Z", "+00:00")
        document = vm_document.composed(plan, body, disk_id=disk_id, created=created)
        document["properties"]["storageProfile"]["dataDisks"] = data_disks.arrange(self._cloud, document, wanted, [])
        self._cloud.store.put(plan.vm_id, document, internal={"power": "starting"})
        for interface in plan.interfaces:
            network_attachment.bind(self._cloud, str(interface["id"]), plan.vm_id)
        return accept(
            self._cloud,
            request,
            lambda: self._start(plan, disk_id),
            location=plan.location,
            status=201,
            body=document,
        )

    def _start(self, plan: VmPlan, disk_id: ResourceId) -> None:
        try:
            provisioning_faults.refuse_allocation(self._cloud, plan.vm_id)
            content = plan.image.content or vm_image.platform_disk(self._cloud, plan.image.reference)
            vm = require(self._cloud, plan.vm_id)
            os_disk = vm.body["properties"]["storageProfile"]["osDisk"]
            size_gib = max(int(os_disk.get("diskSizeGB") or 0), content.size_gib)
            disks.create_attached(self._cloud, disk_id, vm.body, content=content, size_gib=size_gib)
            os_disk["diskSizeGB"] = size_gib
            vm = self._cloud.store.put(vm.id, vm.body)
            self._machines.boot(vm, custom_data=plan.custom_data)
            self._guest.wait(vm.id)
            provisioning_faults.time_out(self._cloud, vm.id)
        except ArmError:
            set_provisioning_state(self._cloud, plan.vm_id, "Failed")
            raise
        except Exception as error:
            set_provisioning_state(self._cloud, plan.vm_id, "Failed")
            put_internal(self._cloud, plan.vm_id, power="stopped")
            message = f"The local cloud could not start the virtual machine '{plan.vm_id.name}': {error}"
            raise ArmError(409, "LocalCloudBootFailed", message) from error
        set_provisioning_state(self._cloud, plan.vm_id, "Succeeded")
        put_internal(self._cloud, plan.vm_id, settled=timestamp(self._cloud.clock.now()))

    def _change(self, request: ArmRequest, known: Document, body: dict[str, Any]) -> ArmResponse:
        document, given = known.body, properties_of(body)
        vm_changes.refuse(document["properties"], given)
        limit = self._cloud.settings.current.regional_cores
        resized = vm_changes.resize(self._cloud, known, given, limit=limit)
        vm_changes.rearrange_disks(self._cloud, document, given)
        if "tags" in body:
            document["tags"] = body["tags"] or {}
        for name in ("diagnosticsProfile", "securityProfile", "userData"):
            if given.get(name) is not None:
                document["properties"][name] = given[name]
        vm_changes.take_delete_options(document["properties"], given)
        document["properties"]["provisioningState"] = "Updating"
        self._cloud.store.put(known.id, document)
        return accept(
            self._cloud,
            request,
            lambda: self._settle_change(known.id, anew=resized),
            location=str(document["location"]),
            status=200,
            body=document,
        )

    def _settle_change(self, vm_id: ResourceId, *, anew: bool) -> None:
        """A running machine of another size starts anew, as on Azure."""
        machine = self._machines.get(vm_id)
        if anew and machine is not None and machine.is_running():
            self._machines.stop(vm_id, power="starting")
            self._machines.boot(require(self._cloud, vm_id))
        set_provisioning_state(self._cloud, vm_id, "Succeeded")


def operations(cloud: Cloud, machines: Machines, guest: Guest) -> list[Operation]:
    """VirtualMachines_* that create, read, change, list and delete."""
    vms, deletion = VirtualMachines(cloud, machines, guest), VmDeletion(cloud, machines)
    read, write = f"{TYPE}/read", f"{TYPE}/write"
    provider = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute"
    everywhere, by_location = f"{provider}/virtualMachines", f"{provider}/locations/{{location}}/virtualMachines"
    rows = (
        ("CreateOrUpdate", "PUT", PATH, write, vms.put),
        ("Update", "PATCH", PATH, write, vms.patch),
        ("Get", "GET", PATH, read, vms.get),
        ("InstanceView", "GET", f"{PATH}/instanceView", f"{TYPE}/instanceView/read", vms.get_instance_view),
        ("Delete", "DELETE", PATH, f"{TYPE}/delete", deletion.delete),
        ("List", "GET", GROUP, read, vms.list_by_group),
        ("ListAll", "GET", everywhere, read, vms.list_all),
        ("ListByLocation", "GET", by_location, read, vms.list_by_location),
        ("ListAvailableSizes", "GET", f"{PATH}/vmSizes", f"{TYPE}/vmSizes/read", vms.list_sizes),
    )
    return [
        Operation(operation_id=f"VirtualMachines_{name}", method=method, path=path, action=action, handler=handler)
        for name, method, path, action, handler in rows
    ]
