"""Azure's built-in roles that image builds meet (learn.microsoft.com, "Azure built-in roles"). Ids are Azure's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What a role allows: wildcards over actions, less those that it takes back."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role definition. `name` is its guid."""

    name: str
    role_name: str
    description: str
    permissions: tuple[Permission, ...]


_DEPLOY = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.ResourceHealth/availabilityStatuses/read",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"
_TABLES = "Microsoft.Storage/storageAccounts/tableServices/tables"
_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_DELEGATION_KEY = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


def _role(name: str, role_name: str, description: str, permission: Permission) -> Role:
    return Role(name=name, role_name=role_name, description=description, permissions=(permission,))


BUILT_IN_ROLES: tuple[Role, ...] = (
    _role(
        OWNER,
        "Owner",
        "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        Permission(actions=("*",)),
    ),
    _role(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage "
        "assignments in Azure Blueprints, or share image galleries.",
        Permission(
            actions=("*",),
            not_actions=(
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
                "Microsoft.Blueprint/blueprintAssignments/write",
                "Microsoft.Blueprint/blueprintAssignments/delete",
                "Microsoft.Compute/galleries/share/action",
            ),
        ),
    ),
    _role(
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "Reader",
        "View all resources, but does not allow you to make any changes.",
        Permission(actions=("*/read",)),
    ),
    _role(
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "User Access Administrator",
        "Lets you manage user access to Azure resources.",
        Permission(actions=("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*")),
    ),
    _role(
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        "Manage access to Azure resources by assigning roles using Azure RBAC.",
        Permission(
            actions=(
                "Microsoft.Authorization/roleAssignments/write",
                "Microsoft.Authorization/roleAssignments/delete",
                "*/read",
                "Microsoft.Support/*",
            )
        ),
    ),
    _role(
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Operator",
        "Read and Assign User Assigned Identity",
        Permission(
            actions=(
                "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
                "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
                *_DEPLOY,
            )
        ),
    ),
    _role(
        "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
        "Managed Identity Contributor",
        "Create, Read, Update, and Delete User Assigned Identity",
        Permission(
            actions=(
                "Microsoft.ManagedIdentity/userAssignedIdentities/read",
                "Microsoft.ManagedIdentity/userAssignedIdentities/write",
                "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
                "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/*",
                *_DEPLOY,
            )
        ),
    ),
    _role(
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        "Virtual Machine Contributor",
        "Lets you manage virtual machines, but not access to them, and not the virtual network or storage account "
        "they're connected to.",
        Permission(
            actions=(
                "Microsoft.Compute/availabilitySets/*",
                "Microsoft.Compute/locations/*",
                "Microsoft.Compute/virtualMachines/*",
                "Microsoft.Compute/virtualMachineScaleSets/*",
                "Microsoft.Compute/cloudServices/*",
                "Microsoft.Compute/disks/write",
                "Microsoft.Compute/disks/read",
                "Microsoft.Compute/disks/delete",
                "Microsoft.Network/locations/*",
                "Microsoft.Network/networkInterfaces/*",
                "Microsoft.Network/networkSecurityGroups/join/action",
                "Microsoft.Network/networkSecurityGroups/read",
                "Microsoft.Network/publicIPAddresses/join/action",
                "Microsoft.Network/publicIPAddresses/read",
                "Microsoft.Network/virtualNetworks/read",
                "Microsoft.Network/virtualNetworks/subnets/join/action",
                "Microsoft.Storage/storageAccounts/listKeys/action",
                "Microsoft.Storage/storageAccounts/read",
                *_DEPLOY,
            )
        ),
    ),
    _role(
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Network Contributor",
        "Lets you manage networks, but not access to them.",
        Permission(actions=("Microsoft.Network/*", *_DEPLOY)),
    ),
    _role(
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Storage Account Contributor",
        "Lets you manage storage accounts, including accessing storage account keys which provide full access to "
        "storage account data.",
        Permission(
            actions=(
                "Microsoft.Insights/diagnosticSettings/*",
                "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
                "Microsoft.Storage/storageAccounts/*",
                *_DEPLOY,
            )
        ),
    ),
    _role(
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Blob Data Owner",
        "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access control.",
        Permission(actions=(f"{_CONTAINERS}/*", _DELEGATION_KEY), data_actions=(f"{_BLOBS}/*",)),
    ),
    _role(
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Storage Blob Data Contributor",
        "Allows for read, write and delete access to Azure Storage blob containers and data",
        Permission(
            actions=(f"{_CONTAINERS}/delete", f"{_CONTAINERS}/read", f"{_CONTAINERS}/write", _DELEGATION_KEY),
            data_actions=(
                f"{_BLOBS}/delete",
                f"{_BLOBS}/read",
                f"{_BLOBS}/write",
                f"{_BLOBS}/move/action",
                f"{_BLOBS}/add/action",
            ),
        ),
    ),
    _role(
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "Storage Blob Data Reader",
        "Allows for read access to Azure Storage blob containers and data",
        Permission(actions=(f"{_CONTAINERS}/read", _DELEGATION_KEY), data_actions=(f"{_BLOBS}/read",)),
    ),
    _role(
        "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab",
        "Compute Gallery Artifacts Publisher",
        "This is the role for publishing gallery artifacts.",
        Permission(
            actions=(
                "Microsoft.Authorization/*/read",
                "Microsoft.Compute/disks/beginGetAccess/action",
                "Microsoft.Compute/galleries/*",
                "Microsoft.Compute/images/*",
                "Microsoft.Compute/locations/usages/read",
                "Microsoft.Compute/virtualMachines/read",
                "Microsoft.Resources/deployments/*",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
                "Microsoft.Storage/storageAccounts/listKeys/action",
                "Microsoft.Storage/storageAccounts/read",
            ),
            not_actions=("Microsoft.Compute/galleries/share/action",),
        ),
    ),
    _role(
        "1e241071-0855-49ea-94dc-649edcd759de",
        "EventGrid Contributor",
        "Lets you manage EventGrid operations.",
        Permission(actions=("Microsoft.EventGrid/*", *_DEPLOY)),
    ),
    _role(
        "d5a91429-5739-47e2-a06b-3470a27159e7",
        "EventGrid Data Sender",
        "Allows send access to event grid events.",
        Permission(
            actions=(
                "Microsoft.Authorization/*/read",
                "Microsoft.EventGrid/topics/read",
                "Microsoft.EventGrid/domains/read",
                "Microsoft.EventGrid/partnerNamespaces/read",
                "Microsoft.EventGrid/namespaces/read",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
            ),
            data_actions=("Microsoft.EventGrid/events/send/action",),
        ),
    ),
    _role(
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Queue Data Contributor",
        "Allows for read, write, and delete access to Azure Storage queues and queue messages",
        Permission(
            actions=(f"{_QUEUES}/delete", f"{_QUEUES}/read", f"{_QUEUES}/write"),
            data_actions=(
                f"{_QUEUES}/messages/delete",
                f"{_QUEUES}/messages/read",
                f"{_QUEUES}/messages/write",
                f"{_QUEUES}/messages/process/action",
            ),
        ),
    ),
    _role(
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "Storage Table Data Contributor",
        "Allows for read, write and delete access to Azure Storage tables and entities",
        Permission(
            actions=(f"{_TABLES}/read", f"{_TABLES}/write", f"{_TABLES}/delete"),
            data_actions=(
                f"{_TABLES}/entities/read",
                f"{_TABLES}/entities/write",
                f"{_TABLES}/entities/delete",
                f"{_TABLES}/entities/add/action",
                f"{_TABLES}/entities/update/action",
            ),
        ),
    ),
    _role(
        "3913510d-42f4-4e42-8a64-420c390055eb",
        "Monitoring Metrics Publisher",
        "Enables publishing metrics against Azure resources",
        Permission(
            actions=(
                "Microsoft.Insights/Register/Action",
                "Microsoft.Support/*",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
            ),
            data_actions=("Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"),
        ),
    ),
)
