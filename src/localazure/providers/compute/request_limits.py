"""Compute's own limits of requests: per operation two policies, of three and of thirty minutes (recorded headers)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Policy:
    """At most `most` calls in `minutes` minutes, all operations of the same name together."""

    name: str
    minutes: int
    most: int

    @property
    def full_name(self) -> str:
        """As the header says it."""
        return f"Microsoft.Compute/{self.name}{self.minutes}Min"


_GROUPS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "PutVM": (240, 1200, ("VirtualMachines_CreateOrUpdate",)),
    "UpdateVM": (
        240,
        1200,
        tuple(
            f"VirtualMachines_{name}"
            for name in ("Update", "Start", "PowerOff", "Restart", "Generalize", "RunCommand", "Reimage", "Redeploy")
        ),
    ),
    "DeleteVM": (240, 1200, ("VirtualMachines_Delete", "VirtualMachines_Deallocate")),
    "HighCostGet": (140, 700, ("VirtualMachines_List", "VirtualMachines_ListAll")),
    "LowCostGet": (
        15_000,
        120_000,
        ("VirtualMachines_Get", "VirtualMachines_InstanceView", "Disks_Get", "Snapshots_Get"),
    ),
    "CreateUpdateGallery": (50, 300, ("Galleries_CreateOrUpdate", "Galleries_Update")),
    "DeleteGallery": (50, 300, ("Galleries_Delete",)),
    "GetGallery": (350, 2_500, ("Galleries_Get",)),
    "ListGalleryInResourceGroup": (100, 1_000, ("Galleries_ListByResourceGroup",)),
    "CreateUpdateGalleryImage": (150, 750, ("GalleryImages_CreateOrUpdate", "GalleryImages_Update")),
    "DeleteGalleryImage": (50, 300, ("GalleryImages_Delete",)),
    "GetGalleryImage": (600, 3_000, ("GalleryImages_Get",)),
    "ListGalleryImagesInGallery": (1_500, 10_000, ("GalleryImages_ListByGallery",)),
    "CreateUpdateGalleryImageVersion": (
        375,
        1_200,
        ("GalleryImageVersions_CreateOrUpdate", "GalleryImageVersions_Update"),
    ),
    "DeleteGalleryImageVersion": (150, 1_000, ("GalleryImageVersions_Delete",)),
    "GetGalleryImageVersion": (2_000, 10_000, ("GalleryImageVersions_Get",)),
    "ListGalleryImageVersionsInGalleryImage": (1_500, 10_000, ("GalleryImageVersions_ListByGalleryImage",)),
    "CreateImages": (40, 200, ("Images_CreateOrUpdate",)),
    "GetImages": (360, 1_800, ("Images_Get",)),
    "CreateUpdateDisks": (1_000, 8_000, ("Disks_CreateOrUpdate", "Disks_Update")),
    "DeleteDisks": (3_000, 24_000, ("Disks_Delete", "Snapshots_Delete")),
    "HighCostSnapshotCreateHydrate": (1_000, 8_000, ("Snapshots_CreateOrUpdate",)),
    "GetVMImageFromLocation": (13_000, 74_000, ("VirtualMachineImages_Get",)),
    "ListVMImagesVersionsFromLocation": (16_000, 44_000, ("VirtualMachineImages_List",)),
    "GetOperation": (15_000, 30_000, ("LocalCloud_GetOperations", "LocalCloud_GetDiskOperations")),
    "GetOperationStatus": (1_200, 4_200, ("LocalCloud_GetCapsOperations",)),
}

POLICIES: dict[str, tuple[Policy, ...]] = {
    operation: (Policy(name=name, minutes=3, most=short), Policy(name=name, minutes=30, most=long))
    for name, (short, long, operations) in _GROUPS.items()
    for operation in operations
}
