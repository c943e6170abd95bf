"""What `imagegate setup` gives templates/azure/foundation.json, for tests that deploy it by themselves."""

FOUNDATION = {
    "location": "westeurope",
    "galleryName": "golden",
    "imageDefinitionName": "image",
    "identityName": "imagegate-builder",
    "publisher": "imagegate",
    "offer": "web",
    "sku": "image",
    "securityType": "TrustedLaunchSupported",
    "hyperVGeneration": "V2",
    "architecture": "x64",
}
