"""The fields of an image template, type by type, as the published specification names them (to 2025-10-01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scalar = Literal["string", "int64", "bool", "[]string", "[]int64", "map[string]string", "map"]


@dataclass(frozen=True, kw_only=True)
class Struct:
    """An object with known fields; `name` is the service's own type name, which its errors print."""

    name: str
    fields: Mapping[str, Shape]
    since: Mapping[str, str] = field(default_factory=dict)  # field → first API version that knows it


@dataclass(frozen=True, kw_only=True)
class Several:
    """An array of objects."""

    of: Struct | Choice


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An object whose `type` (or `scheme`) says which fields it has."""

    by: str
    structs: Mapping[str, Struct]


type Shape = Scalar | Struct | Several | Choice

_WORKLOADS = "2025-10-01"


def _struct(name: str, since: Mapping[str, str] | None = None, /, **fields: Shape) -> Struct:
    return Struct(name=name, fields=fields, since=since or {})


def _scalars(name: str, fields: Mapping[str, Scalar], since: Mapping[str, str] | None = None) -> Struct:
    return Struct(name=name, fields=fields, since=since or {})


_SCRIPT: dict[str, Scalar] = {
    "type": "string",
    "name": "string",
    "scriptUri": "string",
    "sha256Checksum": "string",
    "inline": "[]string",
}
_POWERSHELL: dict[str, Scalar] = {
    **_SCRIPT,
    "runElevated": "bool",
    "runAsSystem": "bool",
    "validExitCodes": "[]int64",
}
_FILE: dict[str, Scalar] = {
    "type": "string",
    "name": "string",
    "sourceUri": "string",
    "sha256Checksum": "string",
    "destination": "string",
}
_RESTART: dict[str, Scalar] = {
    "type": "string",
    "name": "string",
    "restartCommand": "string",
    "restartCheckCommand": "string",
    "restartTimeout": "string",
}
_UPDATE: dict[str, Scalar] = {
    "type": "string",
    "name": "string",
    "searchCriteria": "string",
    "filters": "[]string",
    "updateLimit": "int64",
}
_TARGET: dict[str, Scalar] = {"type": "string", "runOutputName": "string", "artifactTags": "map[string]string"}

SOURCE = Choice(
    by="type",
    structs={
        "PlatformImage": _struct(
            "ImageTemplatePlatformImageSource",
            type="string",
            publisher="string",
            offer="string",
            sku="string",
            version="string",
            exactVersion="string",
            planInfo=_struct(
                "PlatformImagePurchasePlan", planName="string", planProduct="string", planPublisher="string"
            ),
        ),
        "ManagedImage": _struct("ImageTemplateManagedImageSource", type="string", imageId="string"),
        "SharedImageVersion": _struct(
            "ImageTemplateSharedImageVersionSource", type="string", imageVersionId="string", exactVersion="string"
        ),
    },
)
CUSTOMIZER = Choice(
    by="type",
    structs={
        "Shell": _scalars("ImageTemplateShellCustomizer", _SCRIPT),
        "PowerShell": _scalars("ImageTemplatePowerShellCustomizer", _POWERSHELL),
        "File": _scalars("ImageTemplateFileCustomizer", _FILE),
        "WindowsRestart": _scalars("ImageTemplateRestartCustomizer", _RESTART),
        "WindowsUpdate": _scalars("ImageTemplateWindowsUpdateCustomizer", _UPDATE),
    },
)
VALIDATOR = Choice(
    by="type",
    structs={
        "Shell": _scalars("ImageTemplateShellValidator", _SCRIPT),
        "PowerShell": _scalars("ImageTemplatePowerShellValidator", _POWERSHELL),
        "File": _scalars("ImageTemplateFileValidator", _FILE),
    },
)
_REGION = _struct("TargetRegion", name="string", replicaCount="int64", storageAccountType="string")
DISTRIBUTOR = Choice(
    by="type",
    structs={
        "ManagedImage": _scalars(
            "ImageTemplateManagedImageDistributor", {**_TARGET, "imageId": "string", "location": "string"}
        ),
        "VHD": _scalars("ImageTemplateVhdDistributor", {**_TARGET, "uri": "string"}),
        "SharedImage": Struct(
            name="ImageTemplateSharedImageDistributor",
            fields={
                **_TARGET,
                "galleryImageId": "string",
                "replicationRegions": "[]string",
                "targetRegions": Several(of=_REGION),
                "excludeFromLatest": "bool",
                "storageAccountType": "string",
                "replicationMode": "string",
                "versioning": Choice(
                    by="scheme",
                    structs={
                        "Latest": _struct("DistributeVersionerLatest", scheme="string", major="int64"),
                        "Source": _struct("DistributeVersionerSource", scheme="string"),
                    },
                ),
            },
            since={"replicationMode": _WORKLOADS},
        ),
    },
)
VM_PROFILE = _struct(
    "ImageTemplateVMProfile",
    vmSize="string",
    osDiskSizeGB="int64",
    userAssignedIdentities="[]string",
    vnetConfig=_struct(
        "VirtualNetworkConfig",
        {"containerInstanceSubnetId": "2024-02-01"},
        subnetId="string",
        containerInstanceSubnetId="string",
        proxyVmSize="string",
    ),
)
PROPERTIES = _struct(
    "ImageTemplateProperties",
    {"additionalDataDisks": _WORKLOADS, "autoRun": "2024-02-01", "managedResourceTags": "2024-02-01"},
    source=SOURCE,
    customize=Several(of=CUSTOMIZER),
    optimize=_struct(
        "ImageTemplatePropertiesOptimize",
        {"workload": _WORKLOADS},
        vmBoot=_struct("ImageTemplatePropertiesOptimizeVMBoot", state="string"),
        workload=_struct(
            "ImageTemplatePropertiesOptimizeWorkload", state="string", scriptUri="string", sha256Checksum="string"
        ),
    ),
    validate=_struct(
        "ImageTemplatePropertiesValidate",
        continueDistributeOnFailure="bool",
        sourceValidationOnly="bool",
        inVMValidations=Several(of=VALIDATOR),
    ),
    distribute=Several(of=DISTRIBUTOR),
    errorHandling=_struct(
        "ImageTemplatePropertiesErrorHandling", onCustomizerError="string", onValidationError="string"
    ),
    buildTimeoutInMinutes="int64",
    vmProfile=VM_PROFILE,
    stagingResourceGroup="string",
    autoRun=_struct("ImageTemplateAutoRun", state="string"),
    managedResourceTags="map[string]string",
    additionalDataDisks=Several(of=_struct("DataDisk", sizeGB="int64")),
    provisioningState="string",
    provisioningError="map",
    lastRunStatus="map",
    exactStagingResourceGroup="string",
)
IDENTITY = _struct("ImageTemplateIdentity", type="string", userAssignedIdentities="map")
TEMPLATE = _struct(
    "ImageTemplate",
    id="string",
    name="string",
    type="string",
    location="string",
    tags="map[string]string",
    identity=IDENTITY,
    properties=PROPERTIES,
    systemData="map",
)
UPDATE = _struct(
    "ImageTemplateUpdateParameters",
    tags="map[string]string",
    identity=IDENTITY,
    properties=_struct(
        "ImageTemplateUpdateParametersProperties", distribute=Several(of=DISTRIBUTOR), vmProfile=VM_PROFILE
    ),
)
READ_ONLY = ("provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup")
