"""The template, its source and what exists already."""

from imagegate.diagnosis.rule import Rank, Rule, Scope
from imagegate.model.diagnosis import Category, Confidence

RULES = (
    Rule(
        code="distribute-target-removed",
        category=Category.TEMPLATE_INVALID,
        patterns=(
            r"Distribute target with Run ?[Oo]utput name (?P<name>\S+) not found in the update request",
            r"Deleting a distribution target is not allowed",
        ),
        says="The update leaves out a distribute target that the template has: {name}.",
        means="A PATCH of distribute must list every existing target.",
        do="List all targets, changed or not; to remove one, delete the template and make it anew.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="source-image-missing",
        category=Category.SOURCE_IMAGE,
        patterns=(
            r"Build \(Shared Image Version\) step failed for Image Version '(?P<image>[^']+)'",
            r"Build \(Managed Image\) step failed: .{0,300}(?:StatusCode=404|NotFound)",
            (
                r"Error getting (?:Image Version|image version|Managed Image|managed image) "
                r"'(?P<image>[^']+)'.{0,400}(?:StatusCode=404|ResourceNotFound|NotFound)"
            ),
            r"The platform image '(?P<image>[^']+)' is not available",
            r"The Image '(?P<image>[^']+)' cannot be found",
            r"The gallery image (?P<image>\S+) is not available in (?P<detail>\w+) region",
            r"PlatformImageNotFound",
            r"ImageNotFound",
            r"Artifact: VMImage was not found",
            r"BadPIRSource",
            r"BadSharedImageVersionSource",
            r"BadManagedImageSource",
            r"BadSourceType",
            r"GalleryImageNotFound",
            r"Field 'imageId' has a bad value: '(?P<image>[^']+)'",
            r"Field 'imageVersionId' has a bad value: '(?P<image>[^']+)'",
            r"image version .{0,200}not (?:replicated|available) (?:to|in) (?P<detail>\w+)",
            r"ImageVersionDeprecated",
            (
                r"The following list of images referenced from the deployment template are not found: "
                r"(?P<image>.{1,200}?)\. Please"
            ),
            r"publisher .{0,80} was not found",
            r"VMImage.{0,80}was not found in '?(?P<detail>\w+)'? location",
        ),
        says="The source image does not exist, or not in the template's region: {image}{detail}.",
        means=(
            "Publisher, offer, SKU or version are misspelt or were withdrawn, or the version is not replicated to the "
            "region."
        ),
        do=(
            "Look it up: `az vm image list --all --publisher … --location …`; for a gallery version check its target "
            "regions."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="source-image-terms",
        category=Category.SOURCE_IMAGE,
        patterns=(
            r"MarketplacePurchaseEligibilityFailed",
            r"User failed validation to purchase resources",
            r"ResourcePurchaseValidationFailed",
            r"Legal terms have not been accepted",
            r"Plan information required",
            r"VMMarketplaceInvalidInput",
            (
                r"Creating a virtual machine from Marketplace image or a custom image sourced from a Marketplace "
                r"image requires Plan information"
            ),
            r"planInfo.{0,80}(?:missing|required)",
        ),
        says="The source image is a marketplace offer whose plan is missing or whose terms are not accepted.",
        means="Offers with a plan need planInfo in the source, and the terms accepted once in the subscription.",
        do="Add source.planInfo, and accept the terms: `az vm image terms accept --urn …`.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="template-exists",
        category=Category.CONFLICT,
        patterns=(
            r"Update/Upgrade of image templates is currently not supported",
            r"is not allowed in provisioning state: (?P<detail>.{1,120})",
            r"AnotherOperationInProgress",
            r"ConflictingConcurrentWriteNotAllowed",
            r"template .{0,100}is (?:already )?running",
            r"Cannot (?:run|delete|cancel) .{0,80}while .{0,40}(?:running|in progress)",
        ),
        says="The template exists already, or is busy: {detail}.",
        means=(
            "Templates cannot be changed; a failed submission leaves one behind; a running or cancelling one takes no "
            "other order."
        ),
        do="Wait until the run has ended, delete the template, and submit it again or under another name.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="version-exists",
        category=Category.CONFLICT,
        patterns=(
            r"[Gg]allery [Ii]mage [Vv]ersion .{0,200}already exists",
            r"image version .{0,200}already exists",
            r"PropertyChangeNotAllowed",
            r"Changing property '(?P<detail>[^']+)' is not allowed",
            r"a managed image named (?P<detail>\S+) already exists",
        ),
        says="The image version to be made exists already, or would change what may not change: {detail}.",
        means="distribute names a version (…/versions/1.2.3) that was published before.",
        do="Name only the definition and let the service choose the version, or name a new one.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="location-differs",
        category=Category.CONFLICT,
        patterns=(
            r"Invalid deployment location '(?P<path>[^']+)'.{0,200}already exists in location '(?P<detail>[^']+)'",
            r"InvalidDeploymentLocation",
            r"The resource .{1,300}already exists in location '(?P<detail>[^']+)'",
            r"InvalidResourceLocation",
        ),
        says="What is to be made exists already in another location: {detail}.",
        means="A deployment or a resource keeps the location it was first made in; the same name does not move.",
        do="Name the location it has, take another name, or delete what exists.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="template-field",
        category=Category.TEMPLATE_INVALID,
        patterns=(
            r"Validation failed: '(?P<path>[^']+)': (?P<detail>.{1,300}?)(?:\. Please review|$)",
            r"Unmarshalling entity encountered error: .{0,300}(?P<detail>unknown field \S+)",
            r"There is an issue with the syntax with the JSON template",
            r"Missing field (?P<detail>\S+)",
            r"ValidationFailed",
            r"Deployment template validation failed: '?(?P<detail>.{1,300}?)'?(?:\. Please see|$)",
            r"InvalidTemplate\b",
            r"InvalidRequestContent",
            r"InvalidRequestFormat",
            r"InvalidParameter\b",
            r"BadCustomizerType",
            r"UnsupportedCustomizerType",
            r"NoCustomizerScript",
            r"BadValidatorType",
            r"UnsupportedValidatorType",
            r"NoValidatorScript",
            r"BadDistributeType",
            r"BadSharedImageDistribute",
            r"Could not find member '(?P<detail>[^']+)' on object",
            r"InvalidApiVersionParameter",
            r"is not formatted correctly",
        ),
        says="The template is not valid: {path}: {detail}.",
        means=(
            "A field is missing, misspelt (names are case-sensitive since 2024-02-01) or has a value of the wrong kind."
        ),
        do="Correct the field and run `imagegate build` again.",
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="packer-configuration",
        category=Category.TEMPLATE_INVALID,
        patterns=(
            r"Error: Failed to prepare build: \"(?P<detail>[^\"]+)\"",
            r"Error: Failed preparing (?P<detail>.{1,80})",
            r"\d+ error\(s\) (?:occurred|decoding)",
            r"Error: Unsupported argument",
        ),
        says="Packer could not begin: what the service made of the template is not valid.",
        means="A value of the template is accepted at submission and not at the build.",
        do="See the lines that follow; each begins with an asterisk.",
        scope=Scope.SERVICE,
        rank=Rank.SYMPTOM,
    ),
    Rule(
        code="staging-group",
        category=Category.CONFLICT,
        patterns=(
            r"BadStagingResourceGroup",
            (
                r"[Ss]taging ?[Rr]esource ?[Gg]roup.{0,200}(?:not empty|must be empty|already (?:used|in "
                r"use)|different (?:region|location)|same (?:region|location)|does not exist|not found)"
            ),
            r"ResourceGroupBeingDeleted",
            r"ResourceGroupNotFound",
            r"Resource group '(?P<detail>[^']+)' could not be found",
        ),
        says="The resource group cannot be used: {detail}.",
        means=(
            "A staging group of your own must exist, be empty, lie in the template's region and belong to no other "
            "template."
        ),
        do="Make an empty group in the same region for each template, or leave stagingResourceGroup out.",
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="vm-size",
        category=Category.TEMPLATE_INVALID,
        patterns=(
            r"VM size '(?P<detail>[^']+)' (?:cannot boot|is not supported)",
            r"cannot boot Hypervisor Generation",
            r"The (?:requested )?(?:VM )?size '?(?P<detail>\S+?)'? (?:is not (?:valid|supported)|does not support)",
            r"(?:hypervisor|Hyper-?V) generation .{0,120}(?:not supported|mismatch|does not match)",
            r"The selected VM size '(?P<detail>[^']+)' ",
            r"InvalidParameter.{0,200}(?:vmSize|hardwareProfile)",
            r"specified disk size (?P<detail>\S+ GB) is smaller than the size of the corresponding disk",
            r"osDiskSizeGB.{0,160}(?:smaller|less than|bad value)",
            r"TrustedLaunch.{0,120}(?:not supported|mismatch|is required|incompatible)",
            r"securityType.{0,160}(?:not supported|mismatch|is not|does not)",
            r"only supports creation of VMs .{0,80}security type",
            r"Security type of VM is not compatible with the security type of attached OS Disk",
            r"architecture .{0,80}(?:not supported|mismatch|does not match)",
        ),
        says=(
            "Size, disk, generation, architecture or security type of the build VM do not fit the source image: "
            "{detail}."
        ),
        means=(
            "A generation 2, Arm64 or Trusted Launch image boots only on sizes made for it, and a disk can only grow."
        ),
        do=(
            "Choose a vmProfile.vmSize that fits, and osDiskSizeGB 0 or larger than the source's; source and image "
            "definition need the same generation, architecture and security type."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="os-provisioning",
        category=Category.SOURCE_IMAGE,
        patterns=(
            r"OSProvisioningTimedOut",
            r"OSProvisioningClientError",
            r"OSProvisioningInternalError",
            r"OS Provisioning for VM '(?P<detail>[^']+)' did not finish in the allotted time",
            r"VMExtensionProvisioningError",
            r"VMAgentStatusCommunicationError",
            r"VM '(?P<detail>[^']+)' has not reported status for VM agent",
            r"VMStartTimedOut",
        ),
        says="The VM was made, and its system did not report ready: {detail}.",
        means="The source image was not made general (waagent or sysprep), its agent is broken, or it hangs at boot.",
        do="Boot the source image by hand and look at its serial log.",
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="key-vault-secret",
        category=Category.SERVICE_FAULT,
        patterns=(r"Error (?:getting|setting) (?:the )?certificate", r"kvpkrdp\w+.{0,80}(?:failed|error)"),
        says="The certificate for WinRM could not be put into, or read from, the staging Key Vault.",
        means="A policy or a firewall keeps the service from the vault that it made.",
        do="Exempt the staging resource group from Key Vault policies; else run it again.",
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
        confidence=Confidence.MEDIUM,
    ),
)
