"""What the service may show of an image template that nobody sent: read-only members, and defaults with their values.

A path has `[]` for every entry of a list and `*` for every key of a map. Anything that is not listed here is a
difference between what was sent and what is there.

Sources: *recorded*: answers of the service in azure-cli's recordings, api-versions 2019-05-01-preview to 2022-07-01.
*specified*: azure-rest-api-specs, specification/imagebuilder, 2024-02-01 and 2025-10-01: `readOnly`, `default`, or the
default that the description names.
"""

from collections.abc import Mapping, Sequence

_PROPERTIES = "properties"
_VM = f"{_PROPERTIES}.vmProfile"
_TARGET = f"{_PROPERTIES}.distribute[]"
_SCRIPTS = (f"{_PROPERTIES}.customize[]", f"{_PROPERTIES}.validate.inVMValidations[]")

READ_ONLY: Mapping[str, str] = {
    "id": "recorded, specified",
    "name": "recorded, specified",
    "type": "recorded, specified",
    "systemData": "specified",
    "identity.userAssignedIdentities.*.principalId": "recorded, specified",
    "identity.userAssignedIdentities.*.clientId": "recorded, specified",
    f"{_PROPERTIES}.provisioningState": "recorded, specified",
    f"{_PROPERTIES}.provisioningError": "recorded, specified",
    f"{_PROPERTIES}.lastRunStatus": "recorded, specified",
    f"{_PROPERTIES}.exactStagingResourceGroup": "recorded, specified",
    f"{_PROPERTIES}.source.exactVersion": "recorded, specified",
}
"""Members that only the service writes, with the source."""

DEFAULTS: Mapping[str, tuple[Sequence[object], str]] = {
    f"{_PROPERTIES}.buildTimeoutInMinutes": ((0, 240), "recorded 0; specified: 0 is the default, 4 hours"),
    f"{_PROPERTIES}.stagingResourceGroup": (("",), "recorded"),
    f"{_PROPERTIES}.customize": (([],), "recorded: an empty list is not shown"),
    f"{_PROPERTIES}.additionalDataDisks": (([],), "specified"),
    f"{_PROPERTIES}.managedResourceTags": (({},), "specified"),
    f"{_PROPERTIES}.autoRun": (({},), "specified"),
    f"{_PROPERTIES}.autoRun.state": (("Disabled",), "specified"),
    f"{_PROPERTIES}.errorHandling": (({},), "specified"),
    f"{_PROPERTIES}.errorHandling.onCustomizerError": (("cleanup",), "specified"),
    f"{_PROPERTIES}.errorHandling.onValidationError": (("cleanup",), "specified"),
    f"{_PROPERTIES}.optimize": (({},), "specified"),
    f"{_PROPERTIES}.optimize.vmBoot": (({},), "specified"),
    f"{_PROPERTIES}.optimize.vmBoot.state": (("Disabled",), "specified"),
    f"{_PROPERTIES}.optimize.workload": (({},), "specified"),
    f"{_PROPERTIES}.optimize.workload.state": (("Disabled",), "specified"),
    f"{_PROPERTIES}.validate": (({},), "specified"),
    f"{_PROPERTIES}.validate.continueDistributeOnFailure": ((False,), "specified"),
    f"{_PROPERTIES}.validate.sourceValidationOnly": ((False,), "specified"),
    f"{_PROPERTIES}.validate.inVMValidations": (([],), "specified"),
    _VM: (({},), "recorded: vmSize and osDiskSizeGB are filled in"),
    f"{_VM}.vmSize": (("",), "recorded, specified"),
    f"{_VM}.osDiskSizeGB": ((0,), "recorded, specified"),
    f"{_VM}.userAssignedIdentities": (([],), "specified"),
    f"{_VM}.vnetConfig": (({},), "specified"),
    f"{_VM}.vnetConfig.proxyVmSize": (("", "Standard_A1_v2"), "specified"),
    f"{_TARGET}.artifactTags": (({},), "recorded"),
    f"{_TARGET}.excludeFromLatest": ((False,), "recorded, specified"),
    f"{_TARGET}.replicationMode": (("Full",), "specified"),
    f"{_TARGET}.storageAccountType": (("Standard_LRS",), "specified"),
    f"{_TARGET}.targetRegions[].replicaCount": ((1,), "specified"),
    f"{_TARGET}.targetRegions[].storageAccountType": (("Standard_LRS",), "specified"),
    f"{_TARGET}.versioning.major": ((-1,), "specified"),
    f"{_TARGET}.uri": (("",), "specified"),
    **{f"{one}.sha256Checksum": (("",), "specified") for one in _SCRIPTS},
    **{f"{one}.runElevated": ((False,), "specified") for one in _SCRIPTS},
    **{f"{one}.runAsSystem": ((False,), "specified") for one in _SCRIPTS},
    **{f"{one}.validExitCodes": (([], [0]), "specified") for one in _SCRIPTS},
    f"{_PROPERTIES}.customize[].updateLimit": ((0, 1000), "specified"),
    f"{_PROPERTIES}.customize[].searchCriteria": (("",), "specified"),
    f"{_PROPERTIES}.customize[].filters": (([],), "specified"),
    f"{_PROPERTIES}.customize[].restartCheckCommand": (("",), "specified"),
    f"{_PROPERTIES}.customize[].restartTimeout": (("5m",), "specified"),
}
"""Values that mean the same as an absent member, with the source. `{}` is an object of which each member is a default.

A null is an absent member everywhere (recorded for `versioning`).
"""

FETCHED_CHECKSUMS: Mapping[str, str] = {
    **{f"{one}.sha256Checksum": "recorded: of what scriptUri or sourceUri led to at submission" for one in _SCRIPTS},
    f"{_PROPERTIES}.optimize.workload.sha256Checksum": "specified",
}
"""SHA-256 that the service fills in where none, or an empty one, was sent."""

REGIONS = frozenset(
    {
        "location",
        f"{_TARGET}.location",
        f"{_TARGET}.replicationRegions[]",
        f"{_TARGET}.targetRegions[].name",
    }
)
"""Names of regions: `West Europe` is `westeurope`."""

RESOURCE_IDS = frozenset(
    {
        f"{_PROPERTIES}.source.imageId",
        f"{_PROPERTIES}.source.imageVersionId",
        f"{_PROPERTIES}.stagingResourceGroup",
        f"{_TARGET}.galleryImageId",
        f"{_TARGET}.imageId",
        f"{_VM}.userAssignedIdentities[]",
        f"{_VM}.vnetConfig.subnetId",
        f"{_VM}.vnetConfig.containerInstanceSubnetId",
    }
)
"""Resource ids, which have no case. The keys of `identity.userAssignedIdentities` are ids, too."""
