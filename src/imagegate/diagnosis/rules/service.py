"""Downloads and distribution by the service, its network, its clean-up and its own faults."""

from imagegate.diagnosis.rule import Rank, Rule, Scope
from imagegate.model.diagnosis import Category, Confidence

RULES = (
    Rule(
        code="script-download",
        category=Category.DOWNLOAD,
        patterns=(
            r"Downloading external file \((?P<url>[^)]+)\) to local file .{0,120}failed",
            r"Error downloading '(?P<url>[^']+)'",
            (
                r"(?:failed|unable|could not|cannot) (?:to )?download (?:the )?(?:script|file|customizer|external "
                r"file)[ :'\"(]{0,4}(?P<url>\S+)"
            ),
            r"Download failed for (?P<url>\S+)",
            r"Upload failed: (?P<url>.{1,160})",
            r"scriptUri.{0,200}(?:not found|not accessible|not reachable|404|403|bad value)",
            r"sourceUri.{0,200}(?:not found|not accessible|not reachable|404|403|bad value)",
            r"Bad (?:source|script): '(?P<url>[^']+)'",
        ),
        says="A file that a customizer names could not be fetched: {url}.",
        means=(
            "The address is wrong, the file is private and the template's identity may not read it, a signature has "
            "expired, or a storage firewall is on."
        ),
        do=(
            "Give the identity Storage Blob Data Reader on the container (needed even where blobs are public), and "
            "check the address."
        ),
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="service-checksum",
        category=Category.CHECKSUM,
        patterns=(
            r"[Ss][Hh][Aa]256 ?[Cc]hecksum.{0,200}(?:mismatch|not match|does not|incorrect|different|failed)",
            r"(?:mismatch|does not match|not match).{0,80}sha256(?: ?checksum)?",
            r"[Cc]hecksum (?:of|for) (?P<path>\S+) (?:did|does) not match",
            r"expected (?:sha256|checksum) (?P<detail>\S+),? (?:but )?got",
        ),
        says="A file of a customizer does not have its sha256Checksum: {path}{detail}.",
        means="The file was changed after the checksum was entered.",
        do="Enter the checksum of the present file (lower-case hex), or let imagegate upload the file and fill it in.",
        scope=Scope.ANY,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="distribute",
        category=Category.DISTRIBUTE,
        patterns=(
            r"Failed in distributing (?P<detail>\d+ images out of total \d+)",
            r"Error publishing (?:MDI|managed image) to (?:Azure Compute|Shared Image) Gallery:?(?P<scope>\S*)",
            r"Error returned from SIG client",
            r"GalleryImageVersion.{0,200}(?:Failed|failed)",
            r"Replication failed",
            r"GalleryImageVersionSnapshot is invalid",
            r"ReplicationJobsNotCompleted",
            r"Failed to (?:publish|replicate|distribute) (?P<detail>.{1,120})",
            r"BadDistribute\w*",
        ),
        says="The image was built, and could not be distributed: {detail} {scope}.",
        means=(
            "Most often the template's identity may not write versions into the gallery, the definition does not fit "
            "the image, or a region has no quota."
        ),
        do=(
            "Give the identity galleries/read, images/read and images/versions/read and write on the gallery; compare "
            "generation, architecture and security type of definition and source."
        ),
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="gallery-mismatch",
        category=Category.DISTRIBUTE,
        patterns=(
            (
                r"image definition.{0,200}(?:hyper-?v ?generation|OS ?type|OS ?state|architecture|security "
                r"type).{0,120}(?:not match|mismatch|different|does not)"
            ),
            (
                r"gallery image.{0,200}(?:hyper-?v ?generation|OS ?type|OS ?state|architecture|security "
                r"type).{0,120}(?:not match|mismatch|different|does not)"
            ),
            (
                r"The (?:hyperVGeneration|osType|osState|architecture|securityType) of .{0,200}(?:does not match|is "
                r"different)"
            ),
            r"galler(?:y|ies)/.{0,300}was not found",
            r"[Hh]ypervisor generation .{0,200}gallery image",
            r"(?:security ?type|architecture|OS ?type).{0,200}gallery image",
            r"ParentResourceNotFound",
            r"GalleryNotFound",
            r"target region.{0,120}(?:not supported|invalid|must (?:include|contain))",
        ),
        says="The gallery's image definition does not fit the image, or does not exist.",
        means=(
            "Generation, system, architecture and security type of definition and image must be the same; gallery and "
            "definition must exist before the build."
        ),
        do="`imagegate setup` creates both; a wrong definition cannot be changed, only made anew under another name.",
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="private-link-policies",
        category=Category.NETWORK_CONFIGURATION,
        patterns=(
            r"PrivateLinkServiceNetworkPolicies(?P<detail>\w*)",
            r"private link service network policies",
            r"CannotCreatePrivateLinkService\w*",
            r"PrivateLinkService(?:Cannot|Not)\w*",
            r"PrivateEndpoint(?:Cannot|Not|In)\w*",
        ),
        says="The subnet does not allow the private link that the service needs.",
        means="privateLinkServiceNetworkPolicies is enabled on the subnet.",
        do=(
            "`az network vnet subnet update … --disable-private-link-service-network-policies true`; or give a "
            "containerInstanceSubnetId, which needs no private link."
        ),
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="subnet",
        category=Category.NETWORK_CONFIGURATION,
        patterns=(
            r"SubnetIsFull",
            r"does not have enough capacity for \d+ IP addresses",
            r"SubnetMissingRequiredDelegation",
            r"(?:subnet|Subnet).{0,200}(?:must be|is not|not) delegated",
            r"SubnetDelegation\w*",
            r"InUseSubnet(?!CannotBeDeleted)\w*",
            r"SubnetNotFound",
            r"Subnet (?P<detail>\S+) not found",
            r"virtual ?network.{0,120}(?:not found|not in the same (?:location|region)|different (?:location|region))",
            r"InvalidResourceReference",
            r"NetcfgInvalidSubnet",
            r"InvalidAddressPrefixFormat",
            r"containerInstanceSubnetId.{0,200}(?:bad value|must|invalid|required)",
            r"proxyVmSize.{0,120}(?:must|not allowed|cannot)",
            r"vnetConfig.{0,160}(?:bad value|must|invalid|required)",
        ),
        says="The build's network cannot be used: {detail}.",
        means=(
            "The subnet is full, absent, in another region, or not delegated to "
            "Microsoft.ContainerInstance/containerGroups where it has to be."
        ),
        do=(
            "Check vmProfile.vnetConfig: subnetId for the build VM, containerInstanceSubnetId another subnet of the "
            "same network, delegated and with free addresses."
        ),
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="nsg-blocks-proxy",
        category=Category.NETWORK_CONFIGURATION,
        patterns=(
            r"proxy ?VM\w*.{0,200}(?:failed|timed? ?out|unreachable|not ready)",
            r"unable to (?:reach|connect to) (?:the )?(?:proxy|build) VM",
            r"ApplianceCouldNotConnect",
        ),
        says="The service's proxy could not reach the build VM.",
        means="An NSG on the subnet closes the ports 60000 and 60001 between load balancer, proxy and build VM.",
        do=(
            "Allow TCP 60000-60001 from AzureLoadBalancer to the VirtualNetwork in the subnet's NSG, or give a "
            "containerInstanceSubnetId."
        ),
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="private-endpoint-in-use",
        category=Category.CLEANUP_BLOCKED,
        patterns=(
            r"NicInUseWithPrivateEndpoint",
            r"cannot be deleted because it is currently in use with an? private endpoint",
        ),
        says="The template cannot be deleted: a network interface is held by a private endpoint.",
        means="The staging group's private link was not taken apart in order.",
        do=(
            "Delete, in this order: private endpoint connection, private link service, network interface and load "
            "balancer, resource group, image template."
        ),
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
    Rule(
        code="cleanup-left-over",
        category=Category.CLEANUP_BLOCKED,
        patterns=(
            r"Error deleting resource\.\s+Please delete manually",
            r"error deleting resource id (?P<scope>\S+?):? ",
            r"CannotDeleteResource",
            r"ResourceGroupDeletionBlocked",
            r"Failed to (?:delete|clean ?up) (?P<scope>.{1,120})",
            r"(?:template|resource group|resource).{0,80}could not be deleted",
        ),
        says="The clean-up left something behind: {scope}.",
        means="Something else still uses it, or a lock or a policy keeps it.",
        do="Remove it by hand in the staging resource group; it costs money as long as it is there.",
        scope=Scope.SERVICE,
        rank=Rank.SYMPTOM,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="staging-deployment",
        category=Category.SERVICE_FAULT,
        patterns=(
            r"ERROR: -> (?P<code>\w+) : (?P<detail>.{1,200})",
            r"DeploymentFailed",
            r"InvalidTemplateDeployment",
        ),
        says="A deployment of the service failed: {code} {detail}.",
        means="Most often a permission is missing, a policy denies something, or the staging group is in conflict.",
        do="See the deployments of the staging resource group (IT_…) for the innermost error.",
        scope=Scope.SERVICE,
        rank=Rank.WRAPPER,
        confidence=Confidence.LOW,
    ),
    Rule(
        code="template-not-provisioned",
        category=Category.PERMISSION,
        patterns=(
            r"ResourceDeploymentFailure",
            r"ResourceOperationFailure",
            r"The resource operation completed with terminal provisioning state 'Failed'",
        ),
        says="The template or its run ended in Failed, and the service keeps the reason to itself.",
        means="In most cases the template's identity lacks a permission (source, gallery, script storage); "
        "else the staging resource group is in conflict with another template's.",
        do="Check the identity's roles on source, gallery and storage, and that no other template has this staging "
        "group; then read the template's provisioningError.",
        scope=Scope.SERVICE,
        rank=Rank.SYMPTOM,
        confidence=Confidence.LOW,
    ),
    Rule(
        code="internal-error",
        category=Category.SERVICE_FAULT,
        patterns=(
            r"InternalOperationError",
            r"Internal error occurred",
            r"InternalServerError",
            r"InternalExecutionError",
            r"ServerTimeout",
            r"GatewayTimeout",
            r"The gateway did not receive a response from '[^']+'",
            r"StatusCode=50[0-4]",
            r"Some error happened, please check the error details",
            r"NetworkingInternalOperationError",
            r"StorageFailure/",
        ),
        says="The service had a fault of its own, or hides the reason behind one.",
        means=(
            "With Image Builder this often stands for missing permissions of the template's identity, or for a "
            "staging group in conflict."
        ),
        do=(
            "Run it again once. If it comes back, check the identity's roles on source, gallery and storage, then ask "
            "Azure support with the operation id."
        ),
        scope=Scope.SERVICE,
        rank=Rank.WRAPPER,
        confidence=Confidence.LOW,
    ),
    Rule(
        code="packer-crashed",
        category=Category.SERVICE_FAULT,
        patterns=(
            r"!!!!!!+ PACKER CRASH !!+",
            r"panic: runtime error",
            r"plugin (?:process )?(?:exited|crashed) (?:unexpectedly|before)",
        ),
        says="Packer, which the service runs, crashed.",
        means="A fault of the service or its plug-in.",
        do="Run it again; if it comes back, ask Azure support with the operation id.",
        scope=Scope.SERVICE,
        rank=Rank.ORDINARY,
    ),
)
