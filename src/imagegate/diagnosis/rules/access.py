"""Identities, permissions and policies, as Azure's answers name them."""

from imagegate.diagnosis.rule import Rank, Rule, Scope
from imagegate.model.diagnosis import Category, Confidence

_ROLES = (
    "Grant it at the named scope, to the principal that the message names; a new grant needs up to half an hour to "
    "count."
)

RULES = (
    Rule(
        code="identity-unusable",
        category=Category.PERMISSION,
        patterns=(
            r"assigned managed identity cannot be used",
            r"(?:Identity|MSI) .{0,60}(?:not found|does not exist|has been deleted).{0,40}imageTemplate",
            r"The user[- ]assigned identity .{0,300}(?:not found|does not exist|is not valid)",
            r"FailedIdentityOperation",
            r"Identity not found",
            r"ManagedIdentityNotFound",
            r"Failed to get (?:the )?(?:MSI|managed identity) (?:token|credential)",
        ),
        says="The template's managed identity cannot be used.",
        means="It was deleted, or deleted and created again under the same name, which makes it another identity.",
        do=(
            "Take the identity off the template and assign it again (`az image builder identity remove`, then "
            "`assign`), or make the template anew."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="proxy-disk-write",
        category=Category.PERMISSION,
        patterns=(
            (
                r"does(?: not|n't) have authorization to perform action '(?P<action>Microsoft\.Compute/disks/write)' "
                r"over scope '(?P<scope>[^']*/proxyVmDisk[^']*)"
            ),
        ),
        says="Image Builder's own service principal may not create the proxy VM's disk: {action} on {scope}.",
        means="A staging resource group of your own, together with a subnet and a Windows source, needs it.",
        do='Give "Azure Virtual Machine Image Builder" the role Contributor on the staging resource group.',
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="identity-assign",
        category=Category.PERMISSION,
        patterns=(
            r"LinkedAuthorizationFailed",
            (
                r"does not have permission to perform action "
                r"'Microsoft\.ManagedIdentity/userAssignedIdentities/assign/action'"
            ),
            r"however.{0,80}does not have permission to perform action\(?s?\)? '(?P<action>[^']+)' on the linked scope",
        ),
        says="The caller may not attach what the request links to: {action}.",
        means="To give a template an identity one needs the right to assign that identity.",
        do="Give the caller Managed Identity Operator on the identity (and join rights on a linked subnet).",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="authorization-failed",
        category=Category.PERMISSION,
        patterns=(
            (
                r"(?:[Tt]he client '(?P<client>[^']{0,80})' with object id '[^']*' )?does(?: not|n't) have "
                r"authorization to perform action '(?P<action>[^']+)'(?: over scope '(?P<scope>[^']+)')?"
            ),
            r"AuthorizationFailed",
            r"Not authorized to access the resource: (?P<scope>\S+?)(?:\. |,|$)",
            r"Please check the user assigned identity has the correct permissions",
            r"AuthorizationPermissionMismatch",
            r"This request is not authorized to perform this operation",
            r"does not have (?:the )?(?:required )?permissions? (?:to|on|for) (?P<scope>.{1,120})",
            r"InsufficientPermissions",
            r"Forbidden by RBAC",
            r"Caller is not authorized to perform action on resource",
            r"InvalidAuthenticationToken(?P<detail>\w*)",
            r"AADSTS\d{5,7}: (?P<detail>.{1,160})",
            r"StatusCode=403",
        ),
        says="Not authorised: {action} on {scope} {detail}.",
        means=(
            "The template's identity (build, source, gallery, script storage) or the caller lacks a role there, or "
            "the grant is too young."
        ),
        do=_ROLES,
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="staging-resource-vanished",
        category=Category.PERMISSION,
        patterns=(
            r"InterfacesClient#UpdateTags: Failure responding to request: StatusCode=404",
            (
                r"ResourceNotFound.{0,40}Message=.{0,20}The Resource '(?P<scope>[^']+)' under resource group "
                r"'IT_[^']+' was not found"
            ),
        ),
        says="Something that Image Builder had made in its staging resource group was not found again: {scope}.",
        means="Image Builder lacks permissions there, or somebody (a policy, a clean-up job) removed it.",
        do=(
            "Check the identity's roles on the staging group and the network, and keep clean-up jobs away from IT_ "
            "groups."
        ),
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        code="storage-access",
        category=Category.PERMISSION,
        patterns=(
            r"KeyBasedAuthenticationNotPermitted",
            r"Key based authentication is not permitted on this storage account",
            r"PublicAccessNotPermitted",
            r"Public access is not permitted on this storage account",
            r"AuthorizationFailure.{0,20}This request is not authorized",
            r"StorageAccount.{0,80}(?:firewall|network rules|public network access is disabled)",
            r"Server failed to authenticate the request",
            r"Signature (?:not valid|did not match|fields not well formed)",
        ),
        says="A storage account did not let the request in.",
        means="Shared keys or public access are switched off for it, its firewall is on, or a signature has expired.",
        do=(
            "Give the template's identity Storage Blob Data Reader on the container; Image Builder does not get "
            "through a storage firewall."
        ),
        scope=Scope.ANY,
        rank=Rank.SPECIFIC,
    ),
    Rule(
        code="policy",
        category=Category.POLICY,
        patterns=(
            (
                r"was disallowed by policy\..{0,40}Policy identifiers: "
                r".{0,40}policyAssignment.{0,8}:\{.{0,4}name.{0,4}:.{0,2}\"(?P<assignment>[^\"]+)\".{0,600}?policyDefi"
                r"nition.{0,8}:\{.{0,4}name.{0,4}:.{0,2}\"(?P<definition>[^\"]+)\""
            ),
            r"[Rr]esource '(?P<resource>[^']+)' was disallowed by policy",
            r"RequestDisallowedByPolicy",
            r"template deployment failed because of policy violation",
            r"PolicyViolation",
            r"was disallowed by Azure Policy",
            r"RequestDisallowedByAzure",
        ),
        says="Azure Policy forbids what the build deploys: {definition} {assignment} {resource}.",
        means=(
            "Image Builder makes a storage account, a container instance, a network, private endpoints and for "
            "Windows a Key Vault in its staging group; a policy denies one of them."
        ),
        do=(
            "Exempt the staging resource group (name one of your own as stagingResourceGroup) from the assignment "
            "that the message names, or meet the policy with tags or a subnet of your own."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="lock",
        category=Category.POLICY,
        patterns=(
            r"ScopeLocked",
            r"cannot perform (?:write|delete) operation because (?:following )?scope.{0,300}(?:are|is) locked",
        ),
        says="A lock forbids the change.",
        means="A management lock stands on the resource, its group or the subscription.",
        do="Take the lock off, or build in a group without one.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="denied-by-deny-assignment",
        category=Category.PERMISSION,
        patterns=(r"DenyAssignmentAuthorizationFailed", r"has (?:a )?deny assignment"),
        says="A deny assignment forbids the action.",
        means="A managed application, a blueprint or a deployment stack protects the scope.",
        do="Build in another resource group.",
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="provider-not-registered",
        category=Category.PROVIDER_NOT_REGISTERED,
        patterns=(
            r"Azure Container Instances provider not registered",
            r"MissingSubscriptionRegistration",
            r"not registered to use namespace '(?P<namespace>[^']+)'",
            r"SubscriptionNotRegistered",
            r"NoRegisteredProviderFound",
            r"(?P<namespace>Microsoft\.\w+) (?:resource )?provider (?:is )?not registered",
            r"Please register (?:the )?(?:resource )?provider '?(?P<namespace>Microsoft\.\w+)",
            r"Feature .{0,120} is not registered",
        ),
        says="A resource provider is not registered in the subscription: {namespace}.",
        means=(
            "Builds need Microsoft.VirtualMachineImages, .Compute, .KeyVault, .Storage, .Network and "
            ".ContainerInstance."
        ),
        do=(
            "Somebody with rights on the subscription runs `az provider register -n Microsoft.ContainerInstance` (or "
            "the one that is named), once."
        ),
        scope=Scope.SERVICE,
        rank=Rank.DEFINITE,
    ),
    Rule(
        code="key-vault",
        category=Category.POLICY,
        patterns=(
            r"Azure Key Vault should (?P<detail>.{1,80})",
            r"VaultAlreadyExists",
            r"vault.{0,120}(?:soft[- ]deleted|recoverable state)",
            r"KeyVaultAccessForbidden",
            r"ForbiddenByFirewall",
            r"Client address is not authorized and caller is not a trusted service",
        ),
        says="The Key Vault that a Windows build needs could not be made or read: {detail}.",
        means=(
            "A policy wants vaults without public access, which Image Builder does not support, or a vault of the "
            "name waits in soft deletion."
        ),
        do="Exempt the staging resource group from that policy, or purge the soft-deleted vault.",
        scope=Scope.SERVICE,
        rank=Rank.SPECIFIC,
    ),
)
